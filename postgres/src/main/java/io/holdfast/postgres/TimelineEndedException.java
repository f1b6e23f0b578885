package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.storage.FailureCategory;

/** The server has left the timeline whose WAL was being read: it was promoted or recovered. */
public final class TimelineEndedException extends PostgresException {
  private static final long serialVersionUID = 1L;

  private TimelineEndedException(String message) {
    super(
        FailureCategory.CONFLICT,
        message,
        "A backup does not reach across a promotion; run it again on the new timeline.",
        null);
  }

  static TimelineEndedException at(String server, Timeline timeline, Lsn position) {
    return new TimelineEndedException(
        server + " left timeline " + timeline + " at " + position + " while its WAL was read");
  }
}
