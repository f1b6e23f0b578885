package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.Timeline;
import java.time.Instant;
import java.util.Optional;

/** Tells how far a server has come. */
@FunctionalInterface
interface ServerMark {
  /**
   * A moment and a position.
   *
   * @param time by the server's clock
   * @param position all that was flushed at that time lies before it
   */
  record Mark(Instant time, Timeline timeline, Lsn position, SystemIdentifier system) {}

  /** Asks the server; nothing where it does not say. */
  Optional<Mark> ask();
}
