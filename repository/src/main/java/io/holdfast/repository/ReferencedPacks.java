package io.holdfast.repository;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The packs that a backup refers to: one bit each. Follows runs that are merged, so that it keeps
 * none from being unmapped for long. Thread-safe.
 */
final class ReferencedPacks {
  private final Map<IndexRun, BitSet> marks = new HashMap<>();

  synchronized void mark(IndexedPack pack) {
    IndexedPack now = pack.current();
    BitSet known = marks.get(now.run());
    if (known == null) {
      moveOn();
      known = marks.computeIfAbsent(now.run(), run -> new BitSet());
    }
    known.set(now.number());
  }

  /** Takes what is marked in runs that were merged to those that they were merged into. */
  private void moveOn() {
    for (Map.Entry<IndexRun, BitSet> mark : List.copyOf(marks.entrySet())) {
      IndexRun run = mark.getKey();
      IndexedPack first = run.pack(0).current();
      if (first.run() != run) {
        BitSet into = marks.computeIfAbsent(first.run(), other -> new BitSet());
        mark.getValue().stream().forEach(number -> into.set(first.number() + number));
        marks.remove(run);
      }
    }
  }

  synchronized void forEach(Consumer<IndexedPack> action) {
    moveOn();
    marks.forEach((run, bits) -> bits.stream().forEach(number -> action.accept(run.pack(number))));
  }

  synchronized int count() {
    moveOn();
    return marks.values().stream().mapToInt(BitSet::cardinality).sum();
  }

  /** How many runs it keeps mapped. */
  synchronized int runs() {
    return marks.size();
  }
}
