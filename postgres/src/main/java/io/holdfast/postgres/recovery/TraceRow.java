package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.RelationId;
import io.holdfast.postgres.wal.RowPlace;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Looks in the WAL behind a backup for what became of a row. */
public final class TraceRow {
  private final RecoveryPlan plan;

  /**
   * @param plan of a recovery to the end of the WAL that is to be looked at
   */
  public TraceRow(RecoveryPlan plan) {
    this.plan = plan;
  }

  /**
   * The commit with which a row went from where it was. It may lie elsewhere behind it: its table
   * was rewritten, or it was deleted and made anew.
   *
   * @param record start of its record: a recovery that ends just before it still has the row
   * @param end behind its record
   */
  public record Gone(Lsn record, Lsn end, long xid, Instant time) {}

  /**
   * Follows a row from a position on, where a committed version of it lies.
   *
   * @param relation the file of its table
   * @param holders transactions that may have it in hand there
   * @return nothing if it is still there at the end
   * @throws MissingWalException if there is something else than records
   */
  public Optional<Gone> from(Lsn position, RelationId relation, RowPlace place, Set<Long> holders) {
    if (!position.isBefore(plan.reach())) {
      return Optional.empty();
    }
    ArchivedSegments segments = plan.segments(damaged -> {});
    FollowRow row = new FollowRow(relation, place, holders, plan.format().major());
    try (WalRecordReader reader =
        new WalRecordReader(
            plan.format(),
            number -> segments.openBetween(number, position, plan.reach()),
            position)) {
      for (WalRecord next = reader.next(); next != null; next = reader.next()) {
        Lsn end = next.end();
        FollowRow.End gone = row.next(next);
        if (gone != null) {
          return Optional.of(new Gone(gone.record(), end, gone.xid(), gone.time()));
        }
      }
      ScanWal.requireAll(reader.end().orElseThrow(), plan.reach());
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
