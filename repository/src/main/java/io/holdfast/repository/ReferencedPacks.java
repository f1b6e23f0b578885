package io.holdfast.repository;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The packs that a backup refers to: one bit each. Thread-safe. */
final class ReferencedPacks {
  private final Map<IndexRun, BitSet> marks = new HashMap<>();

  synchronized void mark(IndexedPack pack) {
    marks.computeIfAbsent(pack.run(), run -> new BitSet()).set(pack.number());
  }

  synchronized void forEach(Consumer<IndexedPack> action) {
    marks.forEach((run, bits) -> bits.stream().forEach(number -> action.accept(run.pack(number))));
  }

  synchronized int count() {
    return marks.values().stream().mapToInt(BitSet::cardinality).sum();
  }
}
