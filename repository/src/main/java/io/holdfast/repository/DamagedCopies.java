package io.holdfast.repository;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies of chunks that this process found damaged while reading: they are read again only if there
 * is no other, and not taken for stored. And what to tell people about it. Thread-safe; bounded:
 * what it forgets is found damaged again.
 */
final class DamagedCopies {
  /** Messages that are kept at most. */
  static final int MAX_WARNINGS = 100;

  private static final int MAX_COPIES = 1 << 16;
  private static final int WHOLE_PACK = -1;

  private final Set<Copy> copies = ConcurrentHashMap.newKeySet();
  private final Set<String> warnings = new LinkedHashSet<>();
  private boolean more;

  private record Copy(long pack, int block, int offset) {}

  /** Notes that a copy could not be read. */
  void add(ChunkLocation copy, CorruptObjectException why) {
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

  /** Notes that people should hear of damage that was got over; the same is told once. */
  synchronized void warn(String message) {
    if (warnings.size() < MAX_WARNINGS) {
      warnings.add(message);
    } else if (!warnings.contains(message)) {
      more = true;
    }
  }

  /** Tells people of packs that are not there, as far as that loses anything. */
  void warnOfLost(ChunkIndex index) {
    UnreplacedChunks.find(
        index,
        index.runs(),
        (pack, unreplaced) -> {
          if (unreplaced > 0) {
            warn(
                pack
                    + " is missing or has another size; "
                    + DamagedPacks.inNoOther(unreplaced)
                    + ": what the sources still have of them is stored again");
          }
        });
  }

  /** What was noted for people, each once. */
  synchronized List<String> warnings() {
    List<String> all = new ArrayList<>(warnings);
    if (more) {
      all.add("and more of that kind");
    }
    return all;
  }
}
