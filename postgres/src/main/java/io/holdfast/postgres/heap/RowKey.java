package io.holdfast.postgres.heap;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The key of a row as it is stored, to know the row by wherever its bytes are.
 *
 * @param columns all up to the last one of the key, in the order of the table
 */
public record RowKey(List<Column> columns) {
  public RowKey {
    columns = List.copyOf(columns);
  }

  /**
   * A column of the table.
   *
   * @param value as it is stored, without a header that tells its length; null if it is not of the
   *     key
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by its bytes
  public record Column(ColumnShape shape, byte @Nullable [] value) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Column(ColumnShape its, byte @Nullable [] bytes)
          && shape.equals(its)
          && Arrays.equals(value, bytes);
    }

    @Override
    public int hashCode() {
      return 31 * shape.hashCode() + Arrays.hashCode(value);
    }
  }

  /** Whether a row has this key. */
  public boolean isOf(StoredRow row) {
    RowCursor in = new RowCursor(row);
    for (Column column : columns) {
      if (!in.next(column.shape())) {
        return false;
      }
      byte[] value = column.value();
      if (value != null && !in.is(value)) {
        return false;
      }
    }
    return true;
  }
}
