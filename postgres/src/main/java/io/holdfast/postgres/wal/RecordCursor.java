package io.holdfast.postgres.wal;

import java.nio.charset.StandardCharsets;

/** Reads numbers out of a record, one after the other, and never beyond its end. */
final class RecordCursor {
  private final WalRecord record;
  private final int limit;
  private int at;

  /**
   * @param at where in the payload it begins
   * @param limit where it ends, at most where what was kept of the record does
   */
  RecordCursor(WalRecord record, int at, int limit) {
    this.record = record;
    this.at = at;
    this.limit = limit;
  }

  int position() {
    return at;
  }

  int remaining() {
    return limit - at;
  }

  int u8() throws MalformedRecordException {
    return Byte.toUnsignedInt(record.payload()[take(Byte.BYTES)]);
  }

  int u16() throws MalformedRecordException {
    return WalRecord.shortOf(record.payload(), take(Short.BYTES));
  }

  long u32() throws MalformedRecordException {
    return Integer.toUnsignedLong(i32());
  }

  int i32() throws MalformedRecordException {
    return WalRecord.intOf(record.payload(), take(Integer.BYTES));
  }

  long i64() throws MalformedRecordException {
    return WalRecord.longOf(record.payload(), take(Long.BYTES));
  }

  RelationId relation() throws MalformedRecordException {
    return RelationId.read(record.payload(), take(RelationId.LENGTH));
  }

  /** A text of so many bytes, up to the first that is zero. */
  String text(int length) throws MalformedRecordException {
    int from = take(length);
    int end = from;
    while (end < from + length && record.payload()[end] != 0) {
      end++;
    }
    return new String(record.payload(), from, end - from, StandardCharsets.UTF_8);
  }

  void skip(long length) throws MalformedRecordException {
    if (length < 0 || length > remaining()) {
      throw new MalformedRecordException(record, "ends amid what it announces");
    }
    at += (int) length;
  }

  private int take(int length) throws MalformedRecordException {
    int from = at;
    skip(length);
    return from;
  }
}
