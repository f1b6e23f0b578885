package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalPeriod;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Counts what is stored of a log, and records it from time to time. For one thread. */
final class PeriodRecorder {
  private final WalArchive archive;
  private final Duration interval;
  private final Clock clock;
  private final ReceiverEvents events;

  private @Nullable Timeline timeline;
  private Lsn from = Lsn.NONE;
  private Lsn to = Lsn.NONE;
  private @Nullable Instant since;
  private long pieces;
  private long storedBytes;
  private @Nullable WalPeriod pending;
  private long last = System.nanoTime();

  PeriodRecorder(WalArchive archive, Duration interval, Clock clock, ReceiverEvents events) {
    this.archive = archive;
    this.interval = interval;
    this.clock = clock;
    this.events = events;
  }

  /** Records why what lies before a position will never come. */
  void recordGap(ReceivedWal.Gap gap) {
    archive.put(
        WalPeriod.behindGap(gap.timeline().id(), gap.end().value(), clock.instant(), gap.reason()));
  }

  /** What is stored next does not follow what was stored before. */
  void begin(Timeline of, Lsn at) {
    if (isNew()) {
      record(null);
    }
    timeline = of;
    from = at;
    to = at;
    since = null;
  }

  void stored(WalArchive.Stored piece) {
    pieces += piece.storedBytes() > 0 ? 1 : 0;
    storedBytes += piece.storedBytes();
  }

  /** Whether anything was stored since the last record. */
  boolean isNew() {
    return timeline != null && !from.equals(to);
  }

  /** All before a position is stored. */
  void storedTo(Lsn end) {
    to = end;
  }

  /** All before this is stored, on the {@link #timeline}. */
  Lsn end() {
    return to;
  }

  /** Of what is stored now; null if nothing was yet. */
  @Nullable Timeline timeline() {
    return timeline;
  }

  boolean isDue() {
    return timeline != null && System.nanoTime() - last >= interval.toNanos();
  }

  /**
   * Records what was stored since the last time.
   *
   * @param complete a moment of the server's clock: all that was flushed by then is stored
   */
  void record(@Nullable Instant complete) {
    Timeline of = timeline;
    if (of == null) {
      return;
    }
    WalPeriod period = pending;
    if (period == null) {
      period =
          new WalPeriod(
              of.id(),
              from.value(),
              to.value(),
              clock.instant(),
              since,
              complete,
              pieces,
              to.minus(from),
              storedBytes,
              null);
      pending = period; // what comes of an attempt that fails is not known: the same is put again
    }
    archive.put(period);
    pending = null;
    from = new Lsn(period.to());
    since = period.complete();
    pieces = 0;
    storedBytes = 0;
    last = System.nanoTime();
    events.recorded(period);
  }
}
