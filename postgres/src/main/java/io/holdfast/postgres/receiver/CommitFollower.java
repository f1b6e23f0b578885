package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.MalformedRecordException;
import io.holdfast.postgres.wal.WalEvent;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import io.holdfast.postgres.wal.WalSegments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of WAL as it comes in, checks them, and knows the time of the last commit. For
 * one thread.
 */
final class CommitFollower {
  private final WalFormat format;
  private Lsn position;
  private boolean hasRead;
  private Lsn lastCommitEnd = Lsn.NONE;
  private @Nullable Instant lastCommit;

  /**
   * @param from start of a segment
   */
  CommitFollower(WalFormat format, Lsn from) {
    this.format = format;
    this.position = from;
  }

  /** Where the next record starts that was not read yet. */
  Lsn position() {
    return position;
  }

  /**
   * Reads the records that end before a position.
   *
   * @param segments that hold all from {@link #position} up to there
   * @return where the records end, and with what
   */
  EndOfWal advance(WalSegments segments) {
    try (WalRecordReader reader = new WalRecordReader(format, segments, position)) {
      for (WalRecord record = reader.next(); record != null; record = reader.next()) {
        take(record);
      }
      EndOfWal end = reader.end().orElseThrow();
      position = end.position();
      return end;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a whole record was read. */
  boolean hasRead() {
    return hasRead;
  }

  private void take(WalRecord record) {
    hasRead = true;
    try {
      if (WalEvent.of(record, format.major()) instanceof WalEvent.Commit commit) {
        lastCommit = commit.time();
        lastCommitEnd = commit.end();
      }
    } catch (MalformedRecordException e) {
      // Its checksum is right: it is what the server wrote, and of no commit that can be told.
      return;
    }
  }

  /** The time of the last commit, if its record ends before a position; else null. */
  @Nullable Instant lastCommitBefore(Lsn end) {
    return end.isBefore(lastCommitEnd) ? null : lastCommit;
  }
}
