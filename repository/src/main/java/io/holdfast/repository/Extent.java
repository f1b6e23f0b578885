package io.holdfast.repository;

import org.jspecify.annotations.Nullable;

/**
 * A range of a file: {@code length} bytes from {@code offset} in a chunk, or a hole of that many
 * zero bytes when there is no chunk; docs/repository-format.md section 10.
 */
record Extent(@Nullable ChunkId chunk, int offset, long length) {
  static Extent hole(long length) {
    return new Extent(null, 0, length);
  }

  boolean isHole() {
    return chunk == null;
  }

  /** This extent and the next as one, or null when they do not touch. */
  @Nullable Extent joinedWith(Extent next) {
    if (chunk == null || next.chunk == null) {
      return chunk == null && next.chunk == null ? hole(length + next.length) : null;
    }
    return chunk.equals(next.chunk) && offset + length == next.offset
        ? new Extent(chunk, offset, length + next.length)
        : null;
  }
}
