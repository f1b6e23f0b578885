package io.holdfast.postgres;

import java.util.ArrayList;
import java.util.List;

/** Gathers what the operator should know: all are counted, the first ones are kept. Thread-safe. */
final class ReadWarnings {
  private final List<String> kept = new ArrayList<>();
  private long count;

  synchronized void add(String warning) {
    count++;
    if (kept.size() < ClusterBackup.MAX_WARNINGS) {
      kept.add(warning);
    }
  }

  synchronized List<String> kept() {
    return List.copyOf(kept);
  }

  synchronized long count() {
    return count;
  }
}
