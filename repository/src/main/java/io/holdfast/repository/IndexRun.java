package io.holdfast.repository;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sorted, memory-mapped table of chunks and the packs they lie in: what one index object says, or
 * several merged. A file of the local cache, see {@link RunFiles}, not of the repository; {@link
 * RunLayout} says what is in it. Thread-safe. All that read it throw {@link DamagedCacheException}
 * when what they need is damaged.
 */
final class IndexRun implements AutoCloseable {
  private final Path file;
  private final int serial;
  private final CheckedFile data;
  private final RunLayout layout;
  private final ChunkSearch search;
  private volatile @Nullable IndexedPack firstPackNow;

  private IndexRun(Path file, int serial, CheckedFile data, RunLayout layout) {
    this.file = file;
    this.serial = serial;
    this.data = data;
    this.layout = layout;
    this.search = new ChunkSearch(data, layout);
  }

  /**
   * Maps a run.
   *
   * @param file for messages, and to remove it
   * @param serial orders runs of one process
   * @return null when the file is not that of a run: it is to be made again
   */
  static @Nullable IndexRun map(FileChannel channel, Path file, int serial) throws IOException {
    CheckedFile data = CheckedFile.map(channel, file);
    if (data == null) {
      return null;
    }
    RunLayout layout = null;
    try {
      layout = RunLayout.read(data);
    } catch (DamagedCacheException e) {
      return null;
    } finally {
      if (layout == null) {
        data.close();
      }
    }
    return layout == null ? null : new IndexRun(file, serial, data, layout);
  }

  Path file() {
    return file;
  }

  int serial() {
    return serial;
  }

  long chunkCount() {
    return layout.chunks();
  }

  int packCount() {
    return layout.packs();
  }

  /** How many blocks all its packs have. */
  int blockCount() {
    return layout.blocks();
  }

  /** Size of its data in bytes. */
  long bytes() {
    return data.length();
  }

  /** Names of the index objects, in hexadecimal, that this run stands for. */
  Set<String> sourceNames() {
    return layout.sourceNames(data);
  }

  /** Names of the index objects that those replace: what they say counts no more. */
  Set<String> supersededNames() {
    return layout.supersededNames(data);
  }

  /**
   * Notes that this run is a part of another one.
   *
   * @param firstPack what the first of its packs is there; the others follow
   */
  void mergedInto(IndexedPack firstPack) {
    firstPackNow = firstPack;
  }

  /** What the first of its packs is in the run that this one was merged into, if any. */
  @Nullable IndexedPack firstPackNow() {
    return firstPackNow;
  }

  IndexedPack pack(int number) {
    return new IndexedPack(this, number);
  }

  PackName packName(int pack) {
    return new PackName(data.read(layout.packAt(pack), PackName.LENGTH));
  }

  void readPackName(int pack, byte[] into, int at) {
    data.read(layout.packAt(pack), into, at, PackName.LENGTH);
  }

  /** As {@link PackName#key}. */
  long packKey(int pack) {
    return data.getLong(layout.packAt(pack));
  }

  int packSize(int pack) {
    return data.getInt(layout.packAt(pack) + 32);
  }

  PackKind packKind(int pack) {
    return PackKind.of(data.getInt(layout.packAt(pack) + 36), file.toString());
  }

  RandomId packEpoch(int pack) {
    return readId(layout.packAt(pack) + 64);
  }

  RandomId packSalt(int pack) {
    return readId(layout.packAt(pack) + 80);
  }

  private RandomId readId(long at) {
    return RandomId.read(new Decoder(data.read(at, RandomId.LENGTH), file.toString()));
  }

  int blockCount(int pack) {
    return data.getInt(layout.packAt(pack) + 44);
  }

  BlockDescriptor block(int pack, int block) {
    long at = blockAt(pack, block);
    return new BlockDescriptor(
        data.getByte(at + 12), data.getByte(at + 13), data.getInt(at + 8), data.getInt(at + 4));
  }

  int blockOffset(int pack, int block) {
    return data.getInt(blockAt(pack, block));
  }

  private long blockAt(int pack, int block) {
    if (block < 0 || block >= blockCount(pack)) {
      throw new IndexOutOfBoundsException("block " + block + " of pack " + packName(pack));
    }
    long first = data.getInt(layout.packAt(pack) + RunLayout.FIRST_BLOCK);
    return layout.blockAt(first + block);
  }

  /** One copy of the chunk with this id, or null. */
  @Nullable ChunkLocation find(ChunkId id) {
    long found = search.find(id);
    return found < 0 ? null : location(found);
  }

  /** All copies of the chunk with this id. */
  List<ChunkLocation> copies(ChunkId id) {
    long first = search.find(id);
    if (first < 0) {
      return List.of();
    }
    while (first > 0 && search.isChunk(first - 1, id)) {
      first--;
    }
    List<ChunkLocation> copies = new ArrayList<>();
    for (long chunk = first; chunk < layout.chunks() && search.isChunk(chunk, id); chunk++) {
      copies.add(location(chunk));
    }
    return copies;
  }

  ChunkId chunkId(long chunk) {
    return ChunkId.wrap(data.read(layout.chunkAt(chunk), ChunkId.LENGTH));
  }

  /** The pack that a chunk lies in. */
  IndexedPack packOf(long chunk) {
    return pack(data.getInt(layout.chunkAt(chunk) + 32));
  }

  ChunkLocation location(long chunk) {
    long at = layout.chunkAt(chunk);
    int kindAndLength = data.getInt(at + 44);
    return new ChunkLocation(
        pack(data.getInt(at + 32)),
        ChunkKind.of(kindAndLength >>> 24, file.toString()),
        data.getInt(at + 36),
        data.getInt(at + 40),
        kindAndLength & 0xFF_FFFF,
        chunk);
  }

  /** Copies rows as they are, for merging, as the next two do. */
  void readPacks(int first, int count, byte[] into) {
    data.read(layout.packAt(first), into, 0, count * RunLayout.PACK);
  }

  void readBlocks(long first, int count, byte[] into) {
    data.read(layout.blockAt(first), into, 0, count * RunLayout.BLOCK);
  }

  void readChunks(long first, int count, byte[] into) {
    data.read(layout.chunkAt(first), into, 0, count * RunLayout.CHUNK);
  }

  @Override
  public void close() {
    data.close();
  }
}
