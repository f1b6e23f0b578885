package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import java.time.Instant;

/**
 * Where a backup of a cluster begins and ends in the write-ahead log.
 *
 * @param start where recovery begins
 * @param stop recovery must get here before the cluster is consistent
 * @param stopTime the server's clock at the stop
 * @param fromStandby whether the server was itself in recovery
 */
public record BackupSpan(
    Lsn start,
    Timeline startTimeline,
    Lsn stop,
    Timeline stopTimeline,
    Instant stopTime,
    boolean fromStandby) {

  public BackupSpan {
    if (stop.isBefore(start)) {
      throw new IllegalArgumentException("stop " + stop + " is before start " + start);
    }
  }
}
