package io.holdfast.postgres.wal;

/** A record whose checksum is right says what no server writes. */
public final class MalformedRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedRecordException(WalRecord record, String what) {
    super("the WAL record at " + record.start() + " " + what);
  }
}
