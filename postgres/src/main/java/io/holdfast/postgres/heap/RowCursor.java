package io.holdfast.postgres.heap;

import java.util.Arrays;

/** Goes over the values of a row, and never beyond its end (heap_deform_tuple, varatt.h). */
final class RowCursor {
  private static final int SHORT_HEADER = 1;
  private static final int LONG_HEADER = 4;
  private static final int ELSEWHERE = 0x01;
  private static final int TAG_ON_DISK = 18;
  private static final int POINTER = 18;

  private final StoredRow row;
  private int column;
  private int at;
  private int from;
  private int to;
  private boolean isNull;

  RowCursor(StoredRow row) {
    this.row = row;
    this.at = row.valuesAt();
  }

  /** Goes to the next value; false if there is none, or it cannot be told where it ends. */
  boolean next(ColumnShape shape) {
    if (column >= row.columns()) {
      return false;
    }
    isNull = row.hasNulls() && saysNull();
    column++;
    if (isNull) {
      return true;
    }
    return shape.length() == ColumnShape.VARIABLE ? variable(shape) : fixed(shape);
  }

  private boolean saysNull() {
    int in = row.nullsAt() + column / 8;
    return in < row.valuesAt() && in < row.end() && (row.bytes()[in] >> column % 8 & 1) == 0;
  }

  private boolean fixed(ColumnShape shape) {
    align(shape);
    return shape.length() > 0 && take(0, shape.length());
  }

  private boolean variable(ColumnShape shape) {
    if (at < row.end() && row.bytes()[at] == 0) {
      align(shape); // a value with a short header is not aligned, and its header is never zero
    }
    if (at >= row.end()) {
      return false;
    }
    int head = Byte.toUnsignedInt(row.bytes()[at]);
    if (head == ELSEWHERE) {
      isNull = true; // nothing of it is here
      return at + 1 < row.end() && row.bytes()[at + 1] == TAG_ON_DISK && take(0, POINTER);
    }
    if ((head & 1) == 1) {
      return take(SHORT_HEADER, head >> 1);
    }
    if (row.end() - at < LONG_HEADER) {
      return false;
    }
    return take(LONG_HEADER, PageBytes.u32(row.bytes(), at) >>> 2);
  }

  private void align(ColumnShape shape) {
    int past = (at - row.valuesAt()) % shape.alignment();
    at += past == 0 ? 0 : shape.alignment() - past;
  }

  private boolean take(int header, long length) {
    if (length < header || length > row.end() - at) {
      return false;
    }
    from = at + header;
    at += (int) length;
    to = at;
    return true;
  }

  boolean isNull() {
    return isNull;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** Whether the value is this one, without its header. */
  boolean is(byte[] value) {
    return !isNull && Arrays.equals(row.bytes(), from, to, value, 0, value.length);
  }
}
