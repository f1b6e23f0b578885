package io.holdfast.postgres.heap;

/**
 * How values of a column are stored (attlen and attalign in pg_attribute.h).
 *
 * @param length bytes of each; -1 where each says itself how long it is
 * @param alignment bytes of which its place is a multiple: 1, 2, 4 or 8
 */
public record ColumnShape(int length, int alignment) {
  /** Values that say themselves how long they are (varlena). */
  static final int VARIABLE = -1;

  /**
   * Reads what pg_attribute says.
   *
   * @param alignment the letter: c, s, i or d
   */
  public static ColumnShape of(int length, String alignment) {
    return new ColumnShape(
        length,
        switch (alignment) {
          case "c" -> 1;
          case "s" -> 2;
          case "i" -> 4;
          case "d" -> 8;
          default -> throw new IllegalArgumentException("no alignment: " + alignment);
        });
  }
}
