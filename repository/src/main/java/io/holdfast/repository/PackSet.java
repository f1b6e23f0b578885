package io.holdfast.repository;

import java.util.Arrays;

/**
 * A compact set of packs, each known by eight bytes of its name: a hash, of which eight bytes are
 * as good as all, where taking one pack for another costs time but never data. Filled by one
 * thread, then sorted, then read by any.
 */
final class PackSet {
  private long[] keys = new long[64];
  private int size;

  void add(long key) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
    }
    keys[size++] = key;
  }

  /** Call after the last {@link #add} and before the first {@link #contains}. */
  PackSet sorted() {
    keys = Arrays.copyOf(keys, size);
    Arrays.sort(keys);
    return this;
  }

  boolean contains(long key) {
    return size > 0 && Arrays.binarySearch(keys, key) >= 0;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
