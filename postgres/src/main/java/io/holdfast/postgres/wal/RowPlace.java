package io.holdfast.postgres.wal;

/**
 * Where a version of a row lies in the file of its table: ctid.
 *
 * @param block from 0 on
 * @param offset from 1 on
 */
public record RowPlace(long block, int offset) {
  /**
   * Reads what a server shows, like {@code (12,3)}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static RowPlace parse(String ctid) {
    int comma = ctid.indexOf(',');
    if (!ctid.startsWith("(") || !ctid.endsWith(")") || comma < 0) {
      throw new IllegalArgumentException("no place of a row: " + ctid);
    }
    return new RowPlace(
        Long.parseLong(ctid, 1, comma, 10),
        Integer.parseInt(ctid, comma + 1, ctid.length() - 1, 10));
  }

  @Override
  public String toString() {
    return "(" + block + "," + offset + ")";
  }
}
