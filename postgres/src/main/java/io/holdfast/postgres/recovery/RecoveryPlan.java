package io.holdfast.postgres.recovery;

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
import io.holdfast.storage.HoldfastException;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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
 * @param exact whether it must end there, or as the backup by itself does
 * @param newest the highest timeline of which anything is known
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
    boolean exact,
    Timeline newest,
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

  /**
   * The segments that the recovery goes over.
   *
   * @param damaged told of pieces that cannot be used, where others have the same bytes
   */
  public ArchivedSegments segments(Consumer<HoldfastException> damaged) {
    return new ArchivedSegments(archive, way, damaged);
  }

  /**
   * To the end of a backup and no further.
   *
   * @param archive of the log, from which the histories of all its timelines come
   */
  public static RecoveryPlan toTheBackup(WalArchive archive, BasePoint base) {
    Map<Timeline, WalArchive.StoredHistory> histories = new HashMap<>();
    Timeline newest = base.timeline();
    for (WalArchive.StoredHistory history : archive.listHistories()) {
      Timeline timeline = new Timeline(history.timeline());
      histories.putIfAbsent(timeline, history);
      newest = newest.compareTo(timeline) < 0 ? timeline : newest;
    }
    return new RecoveryPlan(
        archive,
        base,
        TimelineHistory.ofFirst(base.timeline()),
        new RecoveryTarget.Position(base.stop()),
        false,
        base.stop(),
        histories,
        false,
        newest,
        List.of());
  }

  /** The form of the WAL. */
  WalFormat format() {
    return formatOf(archive.log());
  }

  static WalFormat formatOf(WalLog log) {
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
          ScanWal.requireAll(reader.end().orElseThrow(), reach);
        }
      }
    }
    Instant commit = search.lastCommit();
    return new RecoveryStop(
        way.at(search.end().plus(-1)),
        search.end(),
        search.record(),
        commit == null ? base.stopped() : commit,
        search.tablespaces(),
        search.limits());
  }

  /**
   * As {@link #follow}, over what the archive holds, before anything of it is put anywhere.
   *
   * @throws MissingWalException if the recovery cannot get to its end
   */
  public RecoveryStop prove() throws IOException {
    ArchivedSegments segments = segments(damaged -> {});
    return follow(number -> segments.openBetween(number, base.stop(), reach));
  }
}
