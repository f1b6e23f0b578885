package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.InsertedRow;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.MalformedRecordException;
import io.holdfast.postgres.wal.RelationId;
import io.holdfast.postgres.wal.RowChange;
import io.holdfast.postgres.wal.RowPlace;
import io.holdfast.postgres.wal.WalEvent;
import io.holdfast.postgres.wal.WalRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks in the WAL behind a backup for where rows with a key were inserted. For one search. */
public final class SearchRow {
  /** So many that were made last are remembered. */
  private static final int MOST = 1000;

  private static final int MOST_FILES = 100_000;

  private final RecoveryPlan plan;
  private final RowKeys keys;

  /** Files that came after the backup: of new partitions, of tables that were rewritten. */
  private final Set<RelationId> created = new LinkedHashSet<>();

  private final Map<Long, Deque<Made>> running = new HashMap<>();
  private final Deque<Made> made = new ArrayDeque<>();

  /**
   * @param plan of a recovery to the end of the WAL that is to be looked at
   */
  public SearchRow(RecoveryPlan plan, RowKeys keys) {
    this.plan = plan;
    this.keys = keys;
  }

  /**
   * A row was inserted, by a transaction that was committed.
   *
   * @param end behind the record
   * @param xid of the transaction, also where a subtransaction of it inserted the row
   * @param isKnown whether its file is certainly of the table
   */
  public record Made(Lsn end, long xid, RelationId relation, RowPlace place, boolean isKnown) {}

  /**
   * Looks.
   *
   * @param to behind it only the ends of transactions are looked at that run on there
   * @return what was committed, in order; of very many the last
   * @throws MissingWalException if there is something else than records
   */
  public List<Made> between(Lsn from, Lsn to) {
    if (keys.files().isEmpty()) {
      return List.of();
    }
    ReadPlannedLog.from(
        plan,
        from,
        record -> {
          boolean isBehind = !record.start().isBefore(to);
          if (!isBehind || !running.isEmpty()) { // who runs on there may be committed
            look(record, isBehind);
          }
          return isBehind && running.isEmpty();
        });
    return new ArrayList<>(made);
  }

  private void look(WalRecord record, boolean endsOnly) {
    try {
      RowChange back = running.isEmpty() ? null : RowChange.takenBack(record);
      if (back != null) {
        running
            .getOrDefault(back.xid(), new ArrayDeque<>())
            .removeIf(
                is -> is.relation().equals(back.relation()) && is.place().equals(back.before()));
      }
      for (InsertedRow row : InsertedRow.of(record, file -> !endsOnly && isWanted(file))) {
        if (keys.isOf(row.relation(), row.row())) {
          Deque<Made> own = running.computeIfAbsent(row.xid(), xid -> new ArrayDeque<>());
          add(
              own,
              new Made(
                  record.end(),
                  row.xid(),
                  row.relation(),
                  row.place(),
                  keys.isKnown(row.relation())));
        }
      }
      switch (WalEvent.of(record, plan.format().major())) {
        case WalEvent.FileCreated(Lsn _, RelationId file) when keys.mayHave(file) -> {
          created.add(file);
          if (created.size() > MOST_FILES) {
            created.remove(created.iterator().next());
          }
        }
        case WalEvent.Commit commit -> {
          committed(commit.xid(), commit.xid());
          commit.subtransactions().forEach(xid -> committed(xid, commit.xid()));
        }
        case WalEvent.Abort abort -> {
          running.remove(abort.xid());
          abort.subtransactions().forEach(running::remove);
        }
        case null, default -> {}
      }
    } catch (MalformedRecordException e) {
      // Its checksum is right: the server wrote it, and it is nothing that is known.
    }
  }

  private boolean isWanted(RelationId file) {
    return keys.isKnown(file) || created.contains(file);
  }

  private void committed(long xid, long by) {
    Deque<Made> own = running.remove(xid);
    if (own != null) {
      own.forEach(
          one -> add(made, new Made(one.end(), by, one.relation(), one.place(), one.isKnown())));
    }
  }

  private static void add(Deque<Made> to, Made one) {
    to.add(one);
    if (to.size() > MOST) {
      to.remove();
    }
  }
}
