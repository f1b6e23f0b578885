package io.holdfast.repository;

import java.util.ArrayList;
import java.util.List;

/**
 * Compressed blocks that go into one pack side by side, and the chunks in them, placed relative to
 * the first: several small chunks in one block, or one large chunk in several.
 */
record BlockGroup(List<CompressedBlock> blocks, List<PlacedChunk> chunks) {

  /** A block that is compressed and not sealed yet. */
  record CompressedBlock(Compression.Compressed bytes, int plainLength) {}

  /**
   * One chunk by itself.
   *
   * @param pageSize of a chunk of pages; 0 for others
   */
  static BlockGroup of(
      ChunkId id,
      ChunkKind kind,
      byte[] bytes,
      int offset,
      int length,
      int pageSize,
      Compressor compressor) {
    List<CompressedBlock> blocks = new ArrayList<>();
    int from = 0;
    do {
      int part = Math.min(BlockDescriptor.MAX_PLAIN, length - from);
      blocks.add(
          new CompressedBlock(compressor.compress(bytes, offset + from, part, pageSize), part));
      from += part;
    } while (from < length);
    return new BlockGroup(blocks, List.of(new PlacedChunk(id, kind, 0, 0, length)));
  }
}
