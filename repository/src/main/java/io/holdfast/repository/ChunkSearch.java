package io.holdfast.repository;

import java.nio.ByteBuffer;

/**
 * Finds chunks in the sorted table of a run. Ids are keyed hashes and so spread evenly: a search by
 * interpolation needs two or three probes and no table in memory. Thread-safe.
 */
final class ChunkSearch {
  /** Then by halves: the ids of a test, or of somebody who means ill, may not be spread evenly. */
  private static final int INTERPOLATIONS = 6;

  private final CheckedFile data;
  private final RunLayout layout;

  ChunkSearch(CheckedFile data, RunLayout layout) {
    this.data = data;
    this.layout = layout;
  }

  /** The number of a chunk with this id, or -1. */
  long find(ChunkId id) {
    long key = keyOf(id);
    long low = 0;
    long high = layout.chunks() - 1;
    long lowKey = 0;
    long highKey = -1L;
    int probes = 0;
    while (low <= high) {
      long middle =
          probes++ < INTERPOLATIONS
              ? interpolate(key, low, high, lowKey, highKey)
              : (low + high) >>> 1;
      int order = compare(middle, key, id);
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

  boolean isChunk(long chunk, ChunkId id) {
    return compare(chunk, keyOf(id), id) == 0;
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

  private int compare(long chunk, long key, ChunkId id) {
    int order = Long.compareUnsigned(chunkKey(chunk), key);
    if (order != 0) {
      return order;
    }
    long at = layout.chunkAt(chunk);
    ByteBuffer rest = ByteBuffer.wrap(id.rawBytes());
    for (int i = Long.BYTES; i < ChunkId.LENGTH; i += Long.BYTES) {
      order = Long.compareUnsigned(data.getLong(at + i), rest.getLong(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static long keyOf(ChunkId id) {
    return ByteBuffer.wrap(id.rawBytes()).getLong();
  }

  private long chunkKey(long chunk) {
    return data.getLong(layout.chunkAt(chunk));
  }
}
