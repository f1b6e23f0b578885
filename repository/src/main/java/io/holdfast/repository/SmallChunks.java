package io.holdfast.repository;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers small chunks into one block, in the order they come: fewer blocks, and a better ratio
 * than each by itself. Thread-safe.
 */
final class SmallChunks {
  /** Chunks shorter than this are gathered. */
  static final int LIMIT = 256 << 10;

  private static final int FULL = 768 << 10;
  private static final int MAX_CHUNKS = 8192;

  private byte[] buffer = new byte[64 << 10];
  private int size;
  private List<PlacedChunk> chunks = new ArrayList<>();

  /** Gathered chunks that are to be compressed, together. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not kept
  record Gathered(byte[] bytes, int length, List<PlacedChunk> chunks) {
    /**
     * @param pageSize of chunks of pages; 0 for others
     */
    BlockGroup compress(Compressor compressor, int pageSize) {
      Compression.Compressed block = compressor.compress(bytes, 0, length, pageSize);
      return new BlockGroup(List.of(new BlockGroup.CompressedBlock(block, length)), chunks);
    }
  }

  /**
   * Adds a chunk.
   *
   * @return what was gathered, when that is enough for a block; else null
   */
  synchronized @Nullable Gathered add(
      ChunkId id, ChunkKind kind, byte[] bytes, int offset, int length) {
    if (size + length > buffer.length) {
      buffer = java.util.Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + length));
    }
    System.arraycopy(bytes, offset, buffer, size, length);
    chunks.add(new PlacedChunk(id, kind, 0, size, length));
    size += length;
    return size >= FULL || chunks.size() >= MAX_CHUNKS ? take() : null;
  }

  /** What was gathered so far, or null. */
  synchronized @Nullable Gathered take() {
    if (chunks.isEmpty()) {
      return null;
    }
    Gathered gathered = new Gathered(buffer, size, chunks);
    buffer = new byte[64 << 10];
    size = 0;
    chunks = new ArrayList<>();
    return gathered;
  }
}
