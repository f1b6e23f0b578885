package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Gathers the damaged pages that a backup meets: all are counted, the first ones are kept.
 *
 * <p>Pages with a wrong checksum that look written after the start are gathered apart. If such a
 * page claims to be newer than the end of the backup, its header is damaged too; that is known at
 * the end, so those with the highest LSNs are kept until {@link #finish}.
 *
 * <p>Thread-safe.
 */
final class DamageReport {
  private static final int KEPT = 1000;

  private record Suspect(Lsn lsn, DamagedPage page) {}

  private final List<DamagedPage> pages = new ArrayList<>();
  private final PriorityQueue<Suspect> suspects =
      new PriorityQueue<>(Comparator.comparing(Suspect::lsn));
  private long count;

  synchronized void damaged(DamagedPage page) {
    count++;
    if (pages.size() < KEPT) {
      pages.add(page);
    }
  }

  /**
   * A page with a wrong checksum that claims to have been written, at {@code lsn}, since the start.
   */
  synchronized void suspect(DamagedPage page, Lsn lsn) {
    suspects.add(new Suspect(lsn, page));
    if (suspects.size() > KEPT) {
      suspects.remove();
    }
  }

  /**
   * Ends the gathering: suspects from beyond the end are damaged.
   *
   * @param stop end of the backup in the write-ahead log
   * @return the suspects that turned out to be damaged
   */
  synchronized List<DamagedPage> finish(Lsn stop) {
    List<DamagedPage> found =
        suspects.stream().filter(s -> stop.isBefore(s.lsn())).map(Suspect::page).toList();
    suspects.clear();
    found.forEach(this::damaged);
    return found;
  }

  /** How many pages are damaged. */
  synchronized long count() {
    return count;
  }

  /** The first damaged pages, at most 1000. */
  synchronized List<DamagedPage> pages() {
    return Collections.unmodifiableList(new ArrayList<>(pages));
  }
}
