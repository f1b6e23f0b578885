package io.holdfast.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

  /**
   * Tablespaces that recovery will make where they were.
   *
   * @param atStart numbers of those that the server knew when the backup started
   */
  void addNewTablespaces(Set<Long> atStart, List<Tablespace> atStop) {
    for (Tablespace tablespace : atStop) {
      if (!atStart.contains(tablespace.oid()) && !tablespace.isInPlace()) {
        add(
            "tablespace "
                + tablespace.name()
                + " was created during the backup: recovery will make it at its original place, "
                + tablespace.location());
      }
    }
  }

  /** Damaged pages: how many there are, and the first of them. */
  void addDamage(DamageReport damage) {
    if (damage.count() > 0) {
      add("damaged pages: " + damage.count());
      damage.pages().forEach(page -> add("damaged page: " + page));
    }
  }

  synchronized List<String> kept() {
    return List.copyOf(kept);
  }

  synchronized long count() {
    return count;
  }
}
