package io.holdfast.repository;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A sorted, memory-mapped table of chunks and the packs they lie in: what one index object says, or
 * several merged. A file of the local cache, see {@link RunFiles}, not of the repository.
 * Thread-safe.
 *
 * <pre>
 *   header    "HFRUN002" | u32 sources | u32 packs | u32 blocks | u32 superseded | u64 chunks
 *   sources   bytes[32] names of the index objects that this run stands for
 *   superseded bytes[32] names of the index objects that those replace
 *   packs     bytes[32] name | u32 size | u32 kind | u32 first block | u32 blocks | bytes[16] domain
 *             | bytes[16] epoch | bytes[16] salt
 *   blocks    u32 offset | u32 sealed length | u32 plain length | u8 codec | u8 filter | u16 0
 *   chunks    bytes[32] id | u32 pack | u32 first block | u32 offset | u8 kind, u24 length    sorted by id
 *   footer    u32 CRC-32C of all before
 * </pre>
 *
 * Ids are keyed hashes and so spread evenly: a search by interpolation needs two or three probes
 * and no table in memory.
 */
final class IndexRun implements AutoCloseable {
  static final byte[] MAGIC = {'H', 'F', 'R', 'U', 'N', '0', '0', '2'};
  static final int HEADER = 32;
  static final int SOURCE = 32;
  static final int PACK = 96;
  static final int BLOCK = 16;
  static final int CHUNK = 48;
  static final int FOOTER = 4;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final Path file;
  private final int serial;
  private final Arena arena;
  private final MemorySegment data;
  private final int sources;
  private final int superseded;
  private final int packs;
  private final long packsAt;
  private final long blocksAt;
  private final long chunksAt;
  private final long chunks;

  private IndexRun(Path file, int serial, Arena arena, MemorySegment data) {
    this.file = file;
    this.serial = serial;
    this.arena = arena;
    this.data = data;
    sources = data.get(INT, 8);
    packs = data.get(INT, 12);
    int blocks = data.get(INT, 16);
    superseded = data.get(INT, 20);
    chunks = data.get(LONG, 24);
    packsAt = HEADER + ((long) sources + superseded) * SOURCE;
    blocksAt = packsAt + (long) packs * PACK;
    chunksAt = blocksAt + (long) blocks * BLOCK;
  }

  /**
   * Maps a run after checking all of its bytes.
   *
   * @param file for messages, and to remove it
   * @param serial orders runs of one process
   * @return null when the file is not a whole run: it is to be made again
   */
  @SuppressWarnings("MustBeClosedChecker") // the run closes its arena
  static @Nullable IndexRun map(FileChannel channel, Path file, int serial) throws IOException {
    Arena arena = Arena.ofShared();
    boolean ok = false;
    try {
      MemorySegment data = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      if (isWhole(data)) {
        ok = true;
        return new IndexRun(file, serial, arena, data);
      }
      return null;
    } finally {
      if (!ok) {
        arena.close();
      }
    }
  }

  private static boolean isWhole(MemorySegment data) {
    long size = data.byteSize();
    if (size < HEADER + FOOTER
        || MemorySegment.mismatch(
                data, 0, MAGIC.length, MemorySegment.ofArray(MAGIC), 0, MAGIC.length)
            >= 0) {
      return false;
    }
    long sources = data.get(INT, 8);
    long packs = data.get(INT, 12);
    long blocks = data.get(INT, 16);
    long superseded = data.get(INT, 20);
    long chunks = data.get(LONG, 24);
    if (sources < 0
        || packs < 0
        || blocks < 0
        || superseded < 0
        || chunks < 0
        || chunks > size / CHUNK
        || HEADER
                + (sources + superseded) * SOURCE
                + packs * PACK
                + blocks * BLOCK
                + chunks * CHUNK
                + FOOTER
            != size) {
      return false;
    }
    CRC32C crc = new CRC32C();
    for (long at = 0; at < size - FOOTER; at += 1 << 24) {
      ByteBuffer part = data.asSlice(at, Math.min(1 << 24, size - FOOTER - at)).asByteBuffer();
      crc.update(part);
    }
    return (int) crc.getValue() == data.get(INT, size - FOOTER);
  }

  Path file() {
    return file;
  }

  int serial() {
    return serial;
  }

  long chunkCount() {
    return chunks;
  }

  int packCount() {
    return packs;
  }

  /** Size of the file in bytes. */
  long bytes() {
    return data.byteSize();
  }

  /** Names of the index objects, in hexadecimal, that this run stands for. */
  Set<String> sourceNames() {
    return names(0, sources);
  }

  /** Names of the index objects that those replace: what they say counts no more. */
  Set<String> supersededNames() {
    return names(sources, sources + superseded);
  }

  private Set<String> names(int from, int to) {
    Set<String> names = new LinkedHashSet<>();
    for (int i = from; i < to; i++) {
      names.add(java.util.HexFormat.of().formatHex(read(HEADER + (long) i * SOURCE, SOURCE)));
    }
    return names;
  }

  IndexedPack pack(int number) {
    return new IndexedPack(this, number);
  }

  PackName packName(int pack) {
    return new PackName(read(packAt(pack), PackName.LENGTH));
  }

  /** As {@link PackName#key}. */
  long packKey(int pack) {
    return data.get(LONG, packAt(pack));
  }

  int packSize(int pack) {
    return data.get(INT, packAt(pack) + 32);
  }

  PackKind packKind(int pack) {
    return PackKind.of(data.get(INT, packAt(pack) + 36), file.toString());
  }

  RandomId packEpoch(int pack) {
    return readId(packAt(pack) + 64);
  }

  RandomId packSalt(int pack) {
    return readId(packAt(pack) + 80);
  }

  private RandomId readId(long at) {
    return RandomId.read(new Decoder(read(at, RandomId.LENGTH), file.toString()));
  }

  int blockCount(int pack) {
    return data.get(INT, packAt(pack) + 44);
  }

  BlockDescriptor block(int pack, int block) {
    long at = blockAt(pack, block);
    return new BlockDescriptor(
        data.get(ValueLayout.JAVA_BYTE, at + 12),
        data.get(ValueLayout.JAVA_BYTE, at + 13),
        data.get(INT, at + 8),
        data.get(INT, at + 4));
  }

  int blockOffset(int pack, int block) {
    return data.get(INT, blockAt(pack, block));
  }

  private long packAt(int pack) {
    return packsAt + (long) pack * PACK;
  }

  private long blockAt(int pack, int block) {
    if (block < 0 || block >= blockCount(pack)) {
      throw new IndexOutOfBoundsException("block " + block + " of pack " + packName(pack));
    }
    return blocksAt + (data.get(INT, packAt(pack) + 40) + (long) block) * BLOCK;
  }

  /** One copy of the chunk with this id, or null. */
  @Nullable ChunkLocation find(ChunkId id) {
    long found = search(id);
    return found < 0 ? null : location(found);
  }

  /** All copies of the chunk with this id. */
  List<ChunkLocation> copies(ChunkId id) {
    long found = search(id);
    if (found < 0) {
      return List.of();
    }
    long first = found;
    while (first > 0 && isChunk(first - 1, id)) {
      first--;
    }
    List<ChunkLocation> copies = new ArrayList<>();
    for (long chunk = first; chunk < chunks && isChunk(chunk, id); chunk++) {
      copies.add(location(chunk));
    }
    return copies;
  }

  private boolean isChunk(long chunk, ChunkId id) {
    return compare(chunk, keyOf(id.rawBytes()), id.rawBytes()) == 0;
  }

  /** The number of a chunk with this id, or -1. */
  private long search(ChunkId id) {
    long key = keyOf(id.rawBytes());
    long low = 0;
    long high = chunks - 1;
    long lowKey = 0;
    long highKey = -1L;
    int probes = 0;
    while (low <= high) {
      long middle =
          probes++ < 6 ? interpolate(key, low, high, lowKey, highKey) : (low + high) >>> 1;
      int order = compare(middle, key, id.rawBytes());
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
        lowKey = chunkKey(middle);
      } else {
        high = middle - 1;
        highKey = chunkKey(middle);
      }
    }
    return -1;
  }

  private static long interpolate(long key, long low, long high, long lowKey, long highKey) {
    double span = unsigned(highKey) - unsigned(lowKey);
    if (span <= 0) {
      return (low + high) >>> 1;
    }
    long guess = low + (long) ((unsigned(key) - unsigned(lowKey)) / span * (high - low));
    return Math.clamp(guess, low, high);
  }

  private static double unsigned(long key) {
    return (double) (key >>> 1) * 2 + (key & 1);
  }

  private int compare(long chunk, long key, byte[] id) {
    int order = Long.compareUnsigned(chunkKey(chunk), key);
    if (order != 0) {
      return order;
    }
    long at = chunkAt(chunk);
    for (int i = 8; i < ChunkId.LENGTH; i += 8) {
      order = Long.compareUnsigned(data.get(LONG, at + i), ByteBuffer.wrap(id).getLong(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static long keyOf(byte[] id) {
    return ByteBuffer.wrap(id).getLong();
  }

  private long chunkKey(long chunk) {
    return data.get(LONG, chunkAt(chunk));
  }

  private long chunkAt(long chunk) {
    return chunksAt + chunk * CHUNK;
  }

  ChunkId chunkId(long chunk) {
    return ChunkId.wrap(read(chunkAt(chunk), ChunkId.LENGTH));
  }

  /** The pack that a chunk lies in. */
  IndexedPack packOf(long chunk) {
    return pack(data.get(INT, chunkAt(chunk) + 32));
  }

  ChunkLocation location(long chunk) {
    long at = chunkAt(chunk);
    int kindAndLength = data.get(INT, at + 44);
    return new ChunkLocation(
        pack(data.get(INT, at + 32)),
        ChunkKind.of(kindAndLength >>> 24, file.toString()),
        data.get(INT, at + 36),
        data.get(INT, at + 40),
        kindAndLength & 0xFF_FFFF,
        chunk);
  }

  /** A view of a part of the file, for merging. */
  MemorySegment packTable() {
    return data.asSlice(packsAt, blocksAt - packsAt);
  }

  MemorySegment blockTable() {
    return data.asSlice(blocksAt, chunksAt - blocksAt);
  }

  MemorySegment chunkTable() {
    return data.asSlice(chunksAt, chunks * CHUNK);
  }

  private byte[] read(long at, int length) {
    return data.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    arena.close();
  }
}
