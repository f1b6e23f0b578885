package io.holdfast.postgres.wal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads records as PostgreSQL 15 to 18 write them: xlogrecord.h, pg_control.h and xlog_internal.h
 * (resource manager XLOG), xact.h (Transaction), storage_xlog.h (Storage),
 * commands/dbcommands_xlog.h (Database), commands/tablespace.h (Tablespace), heapam_xlog.h (Heap).
 */
final class RecordDecoder {
  private static final int XLOG = 0;
  private static final int CHECKPOINT_SHUTDOWN = 0x00;
  private static final int CHECKPOINT_ONLINE = 0x10;
  private static final int RESTORE_POINT = 0x70;
  private static final int PARAMETER_CHANGE = 0x60;
  private static final int END_OF_RECOVERY = 0x90;
  private static final int NAME_LENGTH = 64;

  /** From behind the timelines of a checkpoint to its time. */
  private static final int CHECKPOINT_TO_TIME = 64 - 16;

  private static final int TRANSACTION = 1;
  private static final int TRANSACTION_OPERATION = 0x70;
  private static final int COMMIT = 0x00;
  private static final int ABORT = 0x20;
  private static final int COMMIT_PREPARED = 0x30;
  private static final int ABORT_PREPARED = 0x40;
  private static final int HAS_INFO = 0x80;

  private static final int HAS_DATABASE = 1;
  private static final int HAS_SUBTRANSACTIONS = 2;
  private static final int HAS_RELATIONS = 4;
  private static final int HAS_INVALIDATIONS = 8;
  private static final int IS_TWO_PHASE = 16;
  private static final int HAS_DROPPED_STATISTICS = 256;
  private static final int INVALIDATION_LENGTH = 16;

  private static final int STORAGE = 2;
  private static final int STORAGE_CREATE = 0x10;
  private static final int MAIN_FORK = 0;

  private static final int DATABASE = 4;
  private static final int DATABASE_DROP = 0x20;

  private static final int TABLESPACE = 5;
  private static final int TABLESPACE_CREATE = 0x00;
  private static final int LONGEST_PATH = 1024;

  private static final int HEAP = 10;
  private static final int HEAP_OPERATION = 0x70;
  private static final int DELETE = 0x10;
  private static final int TRUNCATE = 0x30;
  private static final int DELETE_TO_FLAGS = 7;
  private static final int DELETE_OF_SPECULATION = 0x08;
  private static final int DELETE_MOVES_ROW = 0x10;

  private static final long MOST_SECONDS = 1L << 50;
  private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  private RecordDecoder() {}

  static @Nullable WalEvent decode(WalRecord record, int major) throws MalformedRecordException {
    return switch (record.resourceManager()) {
      case XLOG -> ofLog(record);
      case TRANSACTION -> ofTransaction(record, major);
      case STORAGE -> record.info() == STORAGE_CREATE ? created(record) : null;
      case DATABASE ->
          record.info() == DATABASE_DROP
              ? new WalEvent.DatabaseDropped(
                  record.end(), record.xid(), RecordParts.of(record).main().u32())
              : null;
      case TABLESPACE -> record.info() == TABLESPACE_CREATE ? tablespace(record) : null;
      case HEAP -> ofHeap(record);
      default -> null;
    };
  }

  private static @Nullable WalEvent ofLog(WalRecord record) throws MalformedRecordException {
    return switch (record.info()) {
      case CHECKPOINT_SHUTDOWN -> checkpoint(record, true);
      case CHECKPOINT_ONLINE -> checkpoint(record, false);
      case RESTORE_POINT -> {
        RecordCursor in = RecordParts.of(record).main();
        Instant time = time(in.i64());
        yield new WalEvent.RestorePoint(record.end(), in.text(NAME_LENGTH), time);
      }
      case PARAMETER_CHANGE -> {
        RecordCursor in = RecordParts.of(record).main();
        yield new WalEvent.LimitsChanged(
            record.end(), in.i32(), in.i32(), in.i32(), in.i32(), in.i32());
      }
      case END_OF_RECOVERY -> {
        RecordCursor in = RecordParts.of(record).main();
        Instant time = time(in.i64());
        Timeline timeline = timeline(record, in);
        yield new WalEvent.EndOfRecovery(record.end(), timeline, timeline(record, in), time);
      }
      default -> null;
    };
  }

  /** Of xl_smgr_create. */
  private static @Nullable WalEvent created(WalRecord record) throws MalformedRecordException {
    RecordCursor in = RecordParts.of(record).main();
    RelationId relation = in.relation();
    return in.i32() == MAIN_FORK ? new WalEvent.FileCreated(record.end(), relation) : null;
  }

  private static WalEvent tablespace(WalRecord record) throws MalformedRecordException {
    RecordCursor in = RecordParts.of(record).main();
    long oid = in.u32();
    return new WalEvent.TablespaceCreated(
        record.end(), oid, in.text(Math.min(in.remaining(), LONGEST_PATH)));
  }

  private static WalEvent checkpoint(WalRecord record, boolean shutdown)
      throws MalformedRecordException {
    RecordCursor in = RecordParts.of(record).main();
    Lsn redo = new Lsn(in.i64());
    Timeline timeline = timeline(record, in);
    Timeline before = timeline(record, in);
    in.skip(CHECKPOINT_TO_TIME);
    long seconds = in.i64();
    if (seconds < -MOST_SECONDS || seconds > MOST_SECONDS) {
      throw new MalformedRecordException(record, "is of no time there is");
    }
    return new WalEvent.Checkpoint(
        record.end(), redo, timeline, before, shutdown, Instant.ofEpochSecond(seconds));
  }

  private static Timeline timeline(WalRecord record, RecordCursor in)
      throws MalformedRecordException {
    int id = in.i32();
    if (id < 1) {
      throw new MalformedRecordException(record, "names the timeline " + id);
    }
    return new Timeline(id);
  }

  private static @Nullable WalEvent ofTransaction(WalRecord record, int major)
      throws MalformedRecordException {
    return switch (record.info() & TRANSACTION_OPERATION) {
      case COMMIT, COMMIT_PREPARED -> {
        Ended ended = Ended.read(record, major);
        yield new WalEvent.Commit(
            record.end(),
            ended.xid,
            ended.time,
            List.copyOf(ended.subtransactions),
            List.copyOf(ended.dropped),
            ended.complete);
      }
      case ABORT, ABORT_PREPARED -> {
        Ended ended = Ended.read(record, major);
        yield new WalEvent.Abort(
            record.end(),
            ended.xid,
            ended.time,
            List.copyOf(ended.subtransactions),
            ended.complete);
      }
      default -> null;
    };
  }

  private static @Nullable WalEvent ofHeap(WalRecord record) throws MalformedRecordException {
    return switch (record.info() & HEAP_OPERATION) {
      case DELETE -> delete(record);
      case TRUNCATE -> truncate(record);
      default -> null;
    };
  }

  private static @Nullable WalEvent delete(WalRecord record) throws MalformedRecordException {
    RecordParts parts = RecordParts.of(record);
    RelationId relation = parts.firstRelation();
    if (relation == null) {
      throw new MalformedRecordException(record, "deletes a row of no table");
    }
    RecordCursor in = parts.main();
    in.skip(DELETE_TO_FLAGS);
    int flags = in.u8();
    boolean moved = (flags & DELETE_MOVES_ROW) != 0;
    return (flags & DELETE_OF_SPECULATION) != 0
        ? null // of a row that its own INSERT ... ON CONFLICT never made
        : new WalEvent.Delete(record.end(), record.xid(), relation, moved);
  }

  private static WalEvent truncate(WalRecord record) throws MalformedRecordException {
    RecordCursor in = RecordParts.of(record).main();
    long database = in.u32();
    long count = in.u32();
    in.skip(Integer.BYTES); // flags, and what aligns them
    List<Long> relations = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      relations.add(in.u32());
    }
    return new WalEvent.Truncate(record.end(), record.xid(), database, List.copyOf(relations));
  }

  private static Instant time(long micros) {
    return POSTGRES_EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** How a transaction ended (xl_xact_commit and xl_xact_abort; ParseCommitRecord). */
  private static final class Ended {
    private long xid;
    private Instant time = Instant.EPOCH;
    private List<Long> subtransactions = List.of();
    private List<RelationId> dropped = List.of();
    private boolean complete = true;

    static Ended read(WalRecord record, int major) throws MalformedRecordException {
      Ended ended = new Ended();
      ended.xid = record.xid();
      RecordCursor in = RecordParts.of(record).main();
      ended.time = time(in.i64());
      if ((record.info() & HAS_INFO) != 0) {
        try {
          ended.readInfo(in, major);
        } catch (MalformedRecordException e) {
          if (record.length() - WalRecord.HEADER <= record.payloadLength()) {
            throw e;
          }
          ended.complete = false;
        }
      }
      return ended;
    }

    private void readInfo(RecordCursor in, int major) throws MalformedRecordException {
      int info = in.i32();
      if ((info & HAS_DATABASE) != 0) {
        in.skip(2 * Integer.BYTES);
      }
      if ((info & HAS_SUBTRANSACTIONS) != 0) {
        subtransactions = new ArrayList<>();
        for (long left = in.u32(); left > 0; left--) {
          subtransactions.add(in.u32());
        }
      }
      if ((info & HAS_RELATIONS) != 0) {
        dropped = new ArrayList<>();
        for (long left = in.u32(); left > 0; left--) {
          dropped.add(in.relation());
        }
      }
      if ((info & HAS_DROPPED_STATISTICS) != 0) {
        in.skip(in.u32() * (major < 18 ? 3 : 4) * Integer.BYTES);
      }
      if ((info & HAS_INVALIDATIONS) != 0) {
        in.skip(in.u32() * INVALIDATION_LENGTH);
      }
      if ((info & IS_TWO_PHASE) != 0) {
        xid = in.u32();
      }
    }
  }
}
