package io.holdfast.postgres.wal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a record says that matters to recovery. Positions are those behind the record. */
public sealed interface WalEvent {
  /** Position behind the record: recovery to there includes it. */
  Lsn end();

  /**
   * A transaction was committed.
   *
   * @param xid of the transaction itself, which is that of the prepared one for COMMIT PREPARED
   * @param time on the server's clock, in microseconds
   * @param subtransactions whose work it takes along
   * @param dropped relations whose files it removes: tables that were dropped, truncated or
   *     rewritten, with their indexes
   * @param complete false if the record is longer than what is read of one: then there may be more
   *     of these, and of a prepared transaction the xid may be 0
   */
  record Commit(
      Lsn end,
      long xid,
      Instant time,
      List<Long> subtransactions,
      List<RelationId> dropped,
      boolean complete)
      implements WalEvent {}

  /** A transaction was rolled back; parameters as of {@link Commit}. */
  record Abort(Lsn end, long xid, Instant time, List<Long> subtransactions, boolean complete)
      implements WalEvent {}

  /** A named restore point. */
  record RestorePoint(Lsn end, String name, Instant time) implements WalEvent {}

  /**
   * A checkpoint. One that names two timelines ended a recovery, and began the later one.
   *
   * @param redo where recovery from it starts
   * @param shutdown whether nothing ran while it was made
   * @param time in seconds
   */
  record Checkpoint(
      Lsn end, Lsn redo, Timeline timeline, Timeline before, boolean shutdown, Instant time)
      implements WalEvent {}

  /** A promotion ended a recovery, and began a timeline. Other recoveries: {@link Checkpoint}. */
  record EndOfRecovery(Lsn end, Timeline timeline, Timeline before, Instant time)
      implements WalEvent {}

  /**
   * A tablespace was created: recovery creates it again, in the same place.
   *
   * @param location as the server had it; empty if it lies within the data directory
   */
  record TablespaceCreated(Lsn end, long oid, String location) implements WalEvent {}

  /**
   * Limits of the server were changed. A server that has lower ones stops its recovery here.
   *
   * @param maxLocks max_locks_per_transaction
   */
  record LimitsChanged(
      Lsn end, int maxConnections, int maxWorkers, int maxWalSenders, int maxPrepared, int maxLocks)
      implements WalEvent {}

  /**
   * A row was deleted: of any table, also of a catalog, or a part of a long value (TOAST).
   *
   * @param xid of the transaction or subtransaction that did
   * @param moved whether it went to another partition, by an update
   */
  record Delete(Lsn end, long xid, RelationId relation, boolean moved) implements WalEvent {}

  /**
   * Tables were emptied by TRUNCATE; recorded only where wal_level is logical, see {@link
   * Commit#dropped} otherwise.
   *
   * @param relations object ids, of pg_class
   */
  record Truncate(Lsn end, long xid, long database, List<Long> relations) implements WalEvent {}

  /** The files of a database were removed, as DROP DATABASE does; it is committed behind that. */
  record DatabaseDropped(Lsn end, long xid, long database) implements WalEvent {}

  /** The files of a table or an index were made, maybe by a transaction that is rolled back. */
  record FileCreated(Lsn end, RelationId relation) implements WalEvent {}

  /**
   * Reads what a record says.
   *
   * @return null if it is none of these
   * @throws MalformedRecordException if it is not made as the server makes it
   */
  static @Nullable WalEvent of(WalRecord record, int major) throws MalformedRecordException {
    return RecordDecoder.decode(record, major);
  }
}
