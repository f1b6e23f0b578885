package io.holdfast.postgres.heap;

import java.util.Arrays;

/**
 * A version of a row as it is stored, from behind its fixed header on (HeapTupleHeaderData in
 * htup_details.h).
 *
 * @param bytes hold it; not copied
 * @param nullsAt where it says which columns are null, if any is
 * @param valuesAt where its values begin
 * @param end behind its last byte
 * @param columns how many it has
 * @param hasNulls whether any is null
 */
@SuppressWarnings("ArrayRecordComponent") // a view
public record StoredRow(
    byte[] bytes, int nullsAt, int valuesAt, int end, int columns, boolean hasNulls) {
  /** The fixed header: t_hoff counts from its start. */
  public static final int HEADER = 23;

  private static final int COLUMNS = 0x07FF;
  private static final int HAS_NULLS = 0x0001;

  /** What the fields of its header say; it may lie, then reading ends at its end. */
  public static StoredRow of(byte[] bytes, int at, int end, int infomask2, int infomask, int hoff) {
    return new StoredRow(
        bytes,
        at,
        Math.max(at, at + hoff - HEADER),
        end,
        infomask2 & COLUMNS,
        (infomask & HAS_NULLS) != 0);
  }

  /**
   * The first value.
   *
   * @throws IllegalArgumentException if there is none
   */
  public byte[] first(ColumnShape shape) {
    RowCursor in = new RowCursor(this);
    if (!in.next(shape) || in.isNull()) {
      throw new IllegalArgumentException("a row without a first value");
    }
    return Arrays.copyOfRange(bytes, in.from(), in.to());
  }
}
