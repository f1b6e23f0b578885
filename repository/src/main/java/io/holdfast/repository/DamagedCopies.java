package io.holdfast.repository;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies of chunks that this process found damaged or could not read: they are read again only if
 * there is no other, and not taken for stored. Thread-safe; bounded: what it forgets is found
 * damaged again.
 */
final class DamagedCopies {
  private static final int MAX_COPIES = 1 << 16;
  private static final int WHOLE_PACK = -1;

  private final Set<Copy> copies = ConcurrentHashMap.newKeySet();

  private record Copy(long pack, int block, int offset) {}

  /** Notes that a copy could not be read. */
  void add(ChunkLocation copy, UnusableObjectException why) {
    if (copies.size() < MAX_COPIES) {
      boolean wholePack = why.what().equals(copy.pack().toString());
      copies.add(
          wholePack
              ? new Copy(copy.pack().key(), WHOLE_PACK, 0)
              : new Copy(copy.pack().key(), copy.firstBlock(), copy.offset()));
    }
  }

  boolean contains(ChunkLocation copy) {
    if (copies.isEmpty()) {
      return false;
    }
    long pack = copy.pack().key();
    return copies.contains(new Copy(pack, WHOLE_PACK, 0))
        || copies.contains(new Copy(pack, copy.firstBlock(), copy.offset()));
  }
}
