package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.RelationId;
import io.holdfast.postgres.wal.RowPlace;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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
   * @param database whether its whole database was dropped: of that files are removed before
   */
  public record Gone(Lsn record, Lsn end, long xid, Instant time, boolean database) {}

  /**
   * Follows a row from a position on, where a committed version of it lies.
   *
   * @param relation the file of its table
   * @param holders transactions that may have it in hand there
   * @return nothing if it is still there at the end
   * @throws MissingWalException if there is something else than records
   */
  public Optional<Gone> from(Lsn position, RelationId relation, RowPlace place, Set<Long> holders) {
    FollowRow row = new FollowRow(relation, place, holders, plan.format().major());
    AtomicReference<@Nullable Gone> found = new AtomicReference<>();
    ReadPlannedLog.from(
        plan,
        position,
        record -> {
          Lsn end = record.end();
          FollowRow.End gone = row.next(record);
          if (gone != null) {
            found.set(new Gone(gone.record(), end, gone.xid(), gone.time(), gone.database()));
          }
          return gone != null;
        });
    return Optional.ofNullable(found.get());
  }
}
