package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.storage.FailureCategory;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server has left the timeline whose WAL was being read: it was promoted or recovered. */
public final class TimelineEndedException extends PostgresException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Next next;

  /**
   * What the server went on with.
   *
   * @param switchedAt where it left the timeline
   */
  public record Next(Timeline timeline, Lsn switchedAt) {}

  private TimelineEndedException(String message, @Nullable Next next) {
    super(
        FailureCategory.CONFLICT,
        message,
        "A backup does not reach across a promotion; run it again on the new timeline.",
        null);
    this.next = next;
  }

  /**
   * @param answer with the next timeline and the position of the switch, if the server gave one
   */
  static TimelineEndedException of(
      String server, Timeline timeline, Lsn position, List<ResultRow> answer) {
    return new TimelineEndedException(
        server + " left timeline " + timeline + " at " + position + " while its WAL was read",
        answer.isEmpty()
            ? null
            : new Next(
                Timeline.parse(answer.getFirst().text(0)), Lsn.parse(answer.getFirst().text(1))));
  }

  /** The next timeline, where the server told it. */
  public Optional<Next> next() {
    return Optional.ofNullable(next);
  }
}
