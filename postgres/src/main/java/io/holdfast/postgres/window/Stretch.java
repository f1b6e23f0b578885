package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import java.util.List;

/**
 * A stretch of a cluster's past to any position of which it can be recovered.
 *
 * @param timeline on which it ends
 * @param from the stop of its first backup
 * @param to where the WAL that is kept ends without a gap; {@code from} where there is none
 * @param bases the backups from which its positions are reached, by their stops; at least one
 */
public record Stretch(Timeline timeline, Lsn from, Lsn to, List<BasePoint> bases) {
  public Stretch {
    bases = List.copyOf(bases);
  }

  /** Whether it can be recovered to this position of its timeline. */
  public boolean contains(Lsn position) {
    return !position.isBefore(from) && !to.isBefore(position);
  }

  /**
   * WAL that is not there, so that no position in it can be recovered to, nor any behind it up to
   * the next backup.
   *
   * @param timeline on which it begins
   * @param next on which it ends
   */
  public record Gap(Timeline timeline, LsnRange missing, Timeline next) {}
}
