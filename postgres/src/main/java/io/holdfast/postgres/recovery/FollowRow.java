package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.MalformedRecordException;
import io.holdfast.postgres.wal.RelationId;
import io.holdfast.postgres.wal.RowChange;
import io.holdfast.postgres.wal.RowPlace;
import io.holdfast.postgres.wal.WalEvent;
import io.holdfast.postgres.wal.WalRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows one row of a table through the WAL, from version to version, until a transaction is
 * committed with which it goes. For one thread.
 */
final class FollowRow {
  private final RelationId relation;
  private final int major;
  private RowPlace place;
  private final Set<Long> holders;

  /** Who removes the files of its database. */
  private final Set<Long> droppers = new HashSet<>();

  /** What running transactions did to it; of several only one can be committed. */
  private final List<RowChange> pending = new ArrayList<>();

  /**
   * @param relation the file of its table
   * @param place where its version lies that is committed
   * @param holders transactions that have locked, changed or deleted it before the first record
   *     that is looked at, and may still be running
   * @param major version of the server
   */
  FollowRow(RelationId relation, RowPlace place, Set<Long> holders, int major) {
    this.relation = relation;
    this.place = place;
    this.holders = new HashSet<>(holders);
    this.major = major;
  }

  /**
   * A transaction was committed with which the row went from where it was, or may have gone: it was
   * deleted or went to another partition, or its table was rewritten, truncated or dropped.
   *
   * @param record start of the commit record
   * @param database whether its whole database was dropped: of that files are removed before
   */
  record End(Lsn record, long xid, Instant time, boolean database) {}

  /**
   * Looks at the next record.
   *
   * @return null as long as the row stays
   */
  @Nullable End next(WalRecord record) {
    try {
      RowChange change = RowChange.of(record);
      if (change != null) {
        remember(change);
        return null;
      }
      return switch (WalEvent.of(record, major)) {
        case WalEvent.Commit commit -> committed(record, commit);
        case WalEvent.Abort abort -> {
          Set<Long> xids = family(abort.xid(), abort.subtransactions());
          pending.removeIf(is -> xids.contains(is.xid()));
          holders.removeAll(xids);
          yield null;
        }
        case WalEvent.DatabaseDropped(Lsn _, long xid, long database)
            when database == relation.database() && xid != 0 -> { // moved to another tablespace
          droppers.add(xid);
          yield null;
        }
        case null, default -> null;
      };
    } catch (MalformedRecordException e) {
      return null; // its checksum is right: the server wrote it, and it is nothing that is known
    }
  }

  private void remember(RowChange change) {
    if (change.relation().equals(relation)
        && (change.before().equals(place)
            || pending.stream().anyMatch(is -> change.before().equals(is.after())))) {
      pending.add(change);
    }
  }

  private @Nullable End committed(WalRecord record, WalEvent.Commit commit) {
    Set<Long> xids = family(commit.xid(), commit.subtransactions());
    if (!Collections.disjoint(xids, droppers)) {
      return new End(record.start(), commit.xid(), commit.time(), true);
    }
    if (commit.dropped().contains(relation)
        || !commit.complete()
        || !Collections.disjoint(xids, holders)) {
      return new End(record.start(), commit.xid(), commit.time(), false);
    }
    RowPlace now = place;
    for (RowChange change : pending) { // in the order in which they were made
      if (xids.contains(change.xid()) && change.before().equals(now)) {
        if (change.after() == null) {
          return new End(record.start(), commit.xid(), commit.time(), false);
        }
        now = change.after();
      }
    }
    if (!now.equals(place)) {
      place = now;
      pending.clear(); // whoever else changed it before has not been committed, and never will be
    }
    return null;
  }

  private static Set<Long> family(long xid, List<Long> subtransactions) {
    Set<Long> all = new HashSet<>(subtransactions);
    all.add(xid);
    return all;
  }
}
