package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.MalformedRecordException;
import io.holdfast.postgres.wal.WalEvent;
import io.holdfast.postgres.wal.WalRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the records of a log in order and knows behind which of them a recovery ends, as a server
 * does (xlogrecovery.c: recoveryStopsBefore, recoveryStopsAfter). For one thread.
 */
final class StopSearch {
  private static final int MOST_TABLESPACES = 1000;

  private final RecoveryTarget target;
  private final boolean inclusive;
  private final int major;
  private @Nullable Lsn record;
  private Lsn end;
  private @Nullable Instant lastCommit;
  private final List<WalEvent.TablespaceCreated> tablespaces = new ArrayList<>();
  private WalEvent.@Nullable LimitsChanged limits;

  /**
   * @param from where the records begin
   */
  StopSearch(RecoveryTarget target, boolean inclusive, int major, Lsn from) {
    this.target = target;
    this.inclusive = inclusive;
    this.major = major;
    this.end = from;
  }

  /**
   * Looks at the next record.
   *
   * @return whether the recovery ends here: with this record or the one before
   */
  boolean isFoundAt(WalRecord next) {
    WalEvent event = event(next);
    if (stopsBefore(next, event)) {
      return true;
    }
    record = next.start();
    end = next.end();
    switch (event) {
      case WalEvent.Commit commit -> lastCommit = commit.time();
      case WalEvent.TablespaceCreated created when tablespaces.size() < MOST_TABLESPACES ->
          tablespaces.add(created);
      case WalEvent.LimitsChanged changed -> limits = changed;
      case null, default -> {}
    }
    return stopsAfter(next, event);
  }

  private @Nullable WalEvent event(WalRecord next) {
    try {
      return WalEvent.of(next, major);
    } catch (MalformedRecordException e) {
      return null; // its checksum is right: the server wrote it, and it is nothing that is known
    }
  }

  private boolean stopsBefore(WalRecord next, @Nullable WalEvent event) {
    return switch (target) {
      case RecoveryTarget.Position(Lsn lsn) -> !inclusive && !next.start().isBefore(lsn);
      case RecoveryTarget.Time(Instant time) -> {
        Instant ended = timeOf(event);
        yield ended != null && (inclusive ? ended.isAfter(time) : !ended.isBefore(time));
      }
      case RecoveryTarget.Transaction(long xid) -> !inclusive && ends(xid, event);
      case RecoveryTarget.Point _, RecoveryTarget.Latest _ -> false;
    };
  }

  private boolean stopsAfter(WalRecord next, @Nullable WalEvent event) {
    return switch (target) {
      case RecoveryTarget.Position(Lsn lsn) ->
          !(inclusive ? next.start() : next.end()).isBefore(lsn); // what follows begins behind it
      case RecoveryTarget.Transaction(long xid) -> ends(xid, event);
      case RecoveryTarget.Point(String name) ->
          event instanceof WalEvent.RestorePoint point && point.name().equals(name);
      case RecoveryTarget.Time _, RecoveryTarget.Latest _ -> false;
    };
  }

  private static @Nullable Instant timeOf(@Nullable WalEvent event) {
    return switch (event) {
      case WalEvent.Commit commit -> commit.time();
      case WalEvent.Abort abort -> abort.time();
      case null, default -> null;
    };
  }

  private static boolean ends(long xid, @Nullable WalEvent event) {
    return switch (event) {
      case WalEvent.Commit commit -> commit.xid() == xid || commit.subtransactions().contains(xid);
      case WalEvent.Abort abort -> abort.xid() == xid || abort.subtransactions().contains(xid);
      case null, default -> false;
    };
  }

  /** Start of the last record that is replayed; null before the first. */
  @Nullable Lsn record() {
    return record;
  }

  /** Behind the last record that is replayed. */
  Lsn end() {
    return end;
  }

  /** Of the last commit that is replayed; null before the first. */
  @Nullable Instant lastCommit() {
    return lastCommit;
  }

  /** Tablespaces that are created on the way. */
  List<WalEvent.TablespaceCreated> tablespaces() {
    return tablespaces;
  }

  /** The last limits that the server was given on the way; null if they stayed. */
  WalEvent.@Nullable LimitsChanged limits() {
    return limits;
  }
}
