package io.holdfast.repository;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Packs that a verification found lost or damaged. What they are to be blamed for is decided in the
 * end, when all are known: a pack whose chunks are all whole in others is nobody's loss.
 * Thread-safe; eight bytes a pack, and the reasons of the first.
 */
final class DamagedPacks {
  private final PackSet keys = new PackSet();
  private final Map<Long, String> reasons = new HashMap<>();

  /** Adds a pack, and what is wrong with it. */
  synchronized void add(long key, String reason) {
    keys.add(key);
    if (reasons.size() < VerificationReport.MAX_PROBLEMS) {
      reasons.putIfAbsent(key, reason);
    }
  }

  /** All of them; nothing may be added afterwards. */
  synchronized LostPacks all() {
    return new LostPacks(keys.sorted());
  }

  /** Reports those with chunks that no other pack has. The index leaves all of them out. */
  void report(ChunkIndex index, List<IndexRun> runs, Findings findings) {
    UnreplacedChunks.find(
        index,
        runs,
        (pack, unreplaced) -> {
          if (unreplaced == 0) {
            findings.replacedPacks.increment();
            return;
          }
          String reason = reasons.getOrDefault(pack.key(), pack + " is missing or damaged");
          findings.add(pack.toString(), reason + "; " + inNoOther(unreplaced));
        });
  }

  static String inNoOther(long chunks) {
    return chunks == 1
        ? "one of its chunks is in no other pack"
        : chunks + " of its chunks are in no other pack";
  }
}
