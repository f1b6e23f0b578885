package io.holdfast.repository;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A memory-mapped file, made by {@link CheckedOutput}, none of whose bytes is used before it was
 * checked: the check sums when the file is opened, each block of data when it is first touched. So
 * opening a large file costs next to nothing, and damage is never taken for data. Unmapped when it
 * is closed or not referred to any more. Thread-safe.
 *
 * <pre>
 *   data | u32 CRC-32C of each 16 KiB of data | u64 length of data | u32 CRC-32C of both before
 * </pre>
 */
final class CheckedFile implements AutoCloseable {
  static final int BLOCK_SHIFT = 14;
  static final int BLOCK = 1 << BLOCK_SHIFT;
  static final int FOOTER = 12;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final Cleaner UNUSED = Cleaner.create();

  private final Path file;
  private final MemorySegment bytes;
  private final long length;
  private final AtomicLongArray checked;
  private final Cleaner.Cleanable mapping;

  private CheckedFile(Path file, Arena arena, MemorySegment bytes, long length) {
    this.file = file;
    this.bytes = bytes;
    this.length = length;
    this.checked = new AtomicLongArray(Math.toIntExact((blocks(length) + 63) / 64));
    this.mapping = UNUSED.register(this, arena::close);
  }

  /**
   * Maps a file.
   *
   * @param file for messages, and removed when it turns out to be damaged
   * @return null when the file is not whole, or its check sums cannot be read
   */
  @SuppressWarnings("MustBeClosedChecker") // closed with the file
  static @Nullable CheckedFile map(FileChannel channel, Path file) throws IOException {
    Arena arena = Arena.ofShared();
    boolean ok = false;
    try {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long length = lengthIfWhole(bytes);
      if (length < 0) {
        return null;
      }
      ok = true;
      return new CheckedFile(file, arena, bytes, length);
    } catch (InternalError unreadable) {
      return null;
    } finally {
      if (!ok) {
        arena.close();
      }
    }
  }

  private static long blocks(long length) {
    return (length + BLOCK - 1) >>> BLOCK_SHIFT;
  }

  private static long lengthIfWhole(MemorySegment bytes) {
    long size = bytes.byteSize();
    if (size < FOOTER) {
      return -1;
    }
    long length = bytes.get(LONG, size - FOOTER);
    if (length < 0 || length > size || length + blocks(length) * Integer.BYTES + FOOTER != size) {
      return -1;
    }
    int sum = checkSum(bytes, length, size - Integer.BYTES - length);
    return sum == bytes.get(INT, size - Integer.BYTES) ? length : -1;
  }

  /** Of a copy: a page that cannot be read would end the process in the midst of a check sum. */
  private static int checkSum(MemorySegment bytes, long at, long length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
    return (int) crc.getValue();
  }

  /** How many bytes of data there are. */
  long length() {
    return length;
  }

  /**
   * @throws DamagedCacheException when those bytes are not what was written, as all that read do
   */
  int getInt(long at) {
    check(at, Integer.BYTES);
    try {
      return bytes.get(INT, at);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  long getLong(long at) {
    check(at, Long.BYTES);
    try {
      return bytes.get(LONG, at);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  byte getByte(long at) {
    check(at, 1);
    try {
      return bytes.get(ValueLayout.JAVA_BYTE, at);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  byte[] read(long at, int count) {
    byte[] into = new byte[count];
    read(at, into, 0, count);
    return into;
  }

  void read(long at, byte[] into, int from, int count) {
    check(at, count);
    try {
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, into, from, count);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private void check(long at, int count) {
    if (at < 0 || at + count > length) {
      throw new IndexOutOfBoundsException(file + " has no " + count + " bytes at " + at);
    }
    for (long block = at >>> BLOCK_SHIFT; block << BLOCK_SHIFT < at + count; block++) {
      if ((checked.getPlain((int) (block >>> 6)) & 1L << block) == 0) {
        checkBlock(block);
      }
    }
  }

  private void checkBlock(long block) {
    try {
      long at = block << BLOCK_SHIFT;
      int sum = checkSum(bytes, at, Math.min(BLOCK, length - at));
      if (sum != bytes.get(INT, length + block * Integer.BYTES)) {
        throw removed();
      }
    } catch (InternalError unreadable) {
      DamagedCacheException damaged = removed();
      damaged.addSuppressed(unreadable);
      throw damaged;
    } finally {
      Reference.reachabilityFence(this);
    }
    checked.accumulateAndGet((int) (block >>> 6), 1L << block, (a, b) -> a | b);
  }

  private DamagedCacheException removed() {
    DamagedCacheException damaged = new DamagedCacheException(file);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      damaged.addSuppressed(e);
    }
    return damaged;
  }

  /** Nothing is read any more. */
  @Override
  public void close() {
    mapping.clean();
  }
}
