package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import io.holdfast.postgres.wal.WalSegments;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How a cluster gets to a target: with which backup it begins, and over which WAL it goes.
 *
 * @param base the backup
 * @param way on which backup and target lie
 * @param target a time, a position, or all that there is up to {@code reach}
 * @param inclusive whether the target itself belongs to it
 * @param reach up to where the WAL is there without a gap: the recovery ends there or before
 * @param histories of all timelines that are known: a server that sees them begins one that none
 *     has
 * @param warnings of what the recovery leaves out
 */
public record RecoveryPlan(
    WalArchive archive,
    BasePoint base,
    TimelineHistory way,
    RecoveryTarget target,
    boolean inclusive,
    Lsn reach,
    Map<Timeline, WalArchive.StoredHistory> histories,
    List<String> warnings) {
  public RecoveryPlan {
    histories = Map.copyOf(histories);
    warnings = List.copyOf(warnings);
  }

  /** Bytes of WAL that lie between the backup and the furthest point that may be needed. */
  public long walBytes() {
    Lsn end =
        target instanceof RecoveryTarget.Position(Lsn lsn) && lsn.isBefore(reach) ? lsn : reach;
    return Math.max(0, end.minus(base.stop()));
  }

  /** The segments that the recovery goes over. */
  public ArchivedSegments segments() {
    return new ArchivedSegments(archive, way);
  }

  /** The form of the WAL. */
  public WalFormat format() {
    WalLog log = archive.log();
    return new WalFormat(
        log.major(), new SystemIdentifier(log.system()), log.segmentSize(), log.pageSize());
  }

  /**
   * Reads every record from the backup's stop to where the recovery ends: that is known then, and
   * that a server gets there is proven.
   *
   * @param segments in which nothing is behind {@code reach}
   * @throws MissingWalException if there is something else than records
   */
  public RecoveryStop follow(WalSegments segments) throws IOException {
    StopSearch search = new StopSearch(target, inclusive, format().major(), base.stop());
    if (base.stop().isBefore(reach)) {
      try (WalRecordReader reader = new WalRecordReader(format(), segments, base.stop())) {
        boolean found = false;
        for (WalRecord next = reader.next(); next != null && !found; ) {
          found = search.isFoundAt(next);
          next = found ? next : reader.next();
        }
        if (!found) {
          requireReached(reader.end().orElseThrow());
        }
      }
    }
    Instant commit = search.lastCommit();
    return new RecoveryStop(
        way.at(search.end().plus(-1)),
        search.end(),
        search.record(),
        commit == null ? base.stopped() : commit);
  }

  /** All there is was read, but for the beginning of a record whose end is not there yet. */
  private void requireReached(EndOfWal end) {
    switch (end.found()) {
      case CUT_OFF, NO_SEGMENT -> {}
      case NOTHING, NO_RECORD -> throw MissingWalException.damaged(end, reach);
    }
  }
}
