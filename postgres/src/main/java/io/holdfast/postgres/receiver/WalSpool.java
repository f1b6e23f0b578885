package io.holdfast.postgres.receiver;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.postgres.wal.WalSegmentName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Segments of one log that wait on a local disk until they are stored: a file each, with the bytes
 * from the start of the segment on. One process at a time uses a spool. What a crash left at the
 * end of the last file may be anything; the file {@code durable} says how much of it is good:
 *
 * <pre>
 *   name of the segment, 24 digits | u64 bytes of it that are durable | u32 CRC-32C of both
 * </pre>
 *
 * It is written after the bytes were forced to the disk, and never forced itself: so it may tell of
 * less. An interrupt does not break off what is done to a file.
 */
final class WalSpool implements AutoCloseable {
  private static final int OWNER_ONLY = 0600;
  private static final BytePath DURABLE = BytePath.of("durable");
  private static final int NAME = 24;
  private static final int MARK = NAME + Long.BYTES + Integer.BYTES;
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path path;
  private final int segmentSize;
  private final DirectoryHandle directory;
  private final FileHandle mark;

  private WalSpool(Path path, int segmentSize, DirectoryHandle directory, FileHandle mark) {
    this.path = path;
    this.segmentSize = segmentSize;
    this.directory = directory;
    this.mark = mark;
  }

  /**
   * Opens a spool, and makes it where there is none.
   *
   * @throws SpoolException if another process uses it, or it cannot be used
   */
  static WalSpool open(Path path, int segmentSize) {
    try {
      make(path.toAbsolutePath());
      DirectoryHandle directory = handle(path);
      if (!directory.tryLock()) {
        directory.close();
        throw SpoolException.inUse(path);
      }
      return new WalSpool(path, segmentSize, directory, mark(path, directory));
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  private static FileHandle mark(Path path, DirectoryHandle directory) throws IOException {
    return Files.exists(path.resolve(DURABLE.toString()), LinkOption.NOFOLLOW_LINKS)
        ? directory.openFileToWrite(DURABLE)
        : directory.createFile(DURABLE, OWNER_ONLY);
  }

  private static void make(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    Path parent = Objects.requireNonNull(path.getParent());
    make(parent);
    Files.createDirectory(path, OWNER_DIRECTORY);
    try (DirectoryHandle above = handle(parent)) {
      above.sync();
    }
  }

  private static DirectoryHandle handle(Path path) throws IOException {
    return DirectoryHandle.open(BytePath.of(path.toString()));
  }

  /** A segment in the spool, and how many bytes of it there are. */
  record Spooled(WalSegmentName name, long length) {}

  /** What is there, by timeline and position. */
  List<Spooled> list() {
    List<Spooled> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        if (!file.endsWith(DURABLE.toString())) {
          segments.add(new Spooled(name(file), Files.size(file)));
        }
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    segments.sort(
        Comparator.comparing((Spooled is) -> is.name().timeline())
            .thenComparing(is -> is.name().start()));
    return segments;
  }

  private WalSegmentName name(Path file) throws IOException {
    WalSegmentName name;
    try {
      name =
          WalSegmentName.parse(Objects.requireNonNull(file.getFileName()).toString(), segmentSize);
    } catch (IllegalArgumentException e) {
      throw SpoolException.stranger(file);
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > segmentSize) {
      throw SpoolException.stranger(file);
    }
    return name;
  }

  /**
   * How many bytes of the last segment are known to be durable; -1 if nothing is known.
   *
   * @param last what {@link #list} has last
   */
  long durable(Spooled last) {
    byte[] bytes = new byte[MARK];
    try {
      if (mark.read(0, bytes, 0, MARK) != MARK) {
        return -1;
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    ByteBuffer read = ByteBuffer.wrap(bytes);
    if (read.getInt(MARK - Integer.BYTES) != sum(bytes)) {
      return -1;
    }
    String segment = new String(bytes, 0, NAME, StandardCharsets.US_ASCII);
    long length = read.getLong(NAME);
    if (segment.equals(last.name().toString())) {
      return length >= 0 && length <= last.length() ? length : -1;
    }
    // It tells of the segment before: nothing of this one was durable yet.
    return segment.compareTo(last.name().toString()) < 0 ? 0 : -1;
  }

  private void markDurable(WalSegmentName segment, long length) throws IOException {
    byte[] bytes = new byte[MARK];
    ByteBuffer.wrap(bytes)
        .put(segment.toString().getBytes(StandardCharsets.US_ASCII))
        .putLong(length);
    ByteBuffer.wrap(bytes).putInt(MARK - Integer.BYTES, sum(bytes));
    mark.write(0, bytes, 0, MARK);
  }

  private static int sum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, MARK - Integer.BYTES);
    return (int) sum.getValue();
  }

  private static BytePath fileName(WalSegmentName segment) {
    return BytePath.of(segment.toString());
  }

  /**
   * Opens a segment to write on. Its name is durable when this returns.
   *
   * @param from how many of its bytes stay; there are at least as many
   */
  Writer write(WalSegmentName segment, long from) {
    try {
      boolean isNew = !Files.exists(path.resolve(segment.toString()), LinkOption.NOFOLLOW_LINKS);
      FileHandle file =
          isNew
              ? directory.createFile(fileName(segment), OWNER_ONLY)
              : directory.openFileToWrite(fileName(segment));
      try {
        if (isNew) {
          directory.sync();
        }
        long length = file.status().size();
        if (length < from) {
          throw new IOException(segment + " has " + length + " bytes instead of " + from);
        }
        file.setLength(from);
        return new Writer(segment, file, from);
      } catch (IOException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  /** Writes one segment, from some byte on. For one thread. */
  final class Writer implements AutoCloseable {
    private final WalSegmentName segment;
    private final FileHandle file;
    private long length;

    private Writer(WalSegmentName segment, FileHandle file, long length) {
      this.segment = segment;
      this.file = file;
      this.length = length;
    }

    /** How many bytes the segment has. */
    long length() {
      return length;
    }

    void write(byte[] bytes, int offset, int count) {
      try {
        file.write(length, bytes, offset, count);
        length += count;
      } catch (IOException e) {
        throw SpoolException.failed(path, e);
      }
    }

    /** Makes what was written durable. */
    void sync() {
      try {
        file.syncContent();
        markDurable(segment, length);
      } catch (IOException e) {
        throw SpoolException.failed(path, e);
      }
    }

    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException e) {
        throw SpoolException.failed(path, e);
      }
    }
  }

  /** Reads bytes of a segment that are there. */
  byte[] read(WalSegmentName segment, long from, int length) {
    byte[] bytes = new byte[length];
    try (FileHandle file = directory.openFile(fileName(segment))) {
      int done = 0;
      while (done < length) {
        int count = file.read(from + done, bytes, done, length - done);
        if (count < 0) {
          throw new IOException(segment + " ends at " + (from + done));
        }
        done += count;
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    return bytes;
  }

  /** Removes a segment that is stored, if it is there. */
  void remove(WalSegmentName segment) {
    try {
      directory.remove(fileName(segment));
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw SpoolException.failed(path, e);
      }
    }
  }

  /** Lets other processes use it. */
  @Override
  public void close() {
    try (directory) {
      mark.close();
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }
}
