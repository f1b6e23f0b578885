package io.holdfast.postgres.wal;

import java.util.Locale;

/**
 * A position in the write-ahead log: an unsigned count of bytes since the cluster was made.
 *
 * @param value the position; compared and printed as unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {

  /** No position: PostgreSQL never writes a record at 0. */
  public static final Lsn NONE = new Lsn(0);

  /**
   * Reads the form that PostgreSQL prints, two hexadecimal halves of at most eight digits, such as
   * {@code 16/B374D848}.
   *
   * @throws IllegalArgumentException if the text is of any other form
   */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash > 8 || text.length() - slash < 2 || text.length() - slash > 9) {
      throw new IllegalArgumentException("not an LSN: " + text);
    }
    return new Lsn(half(text, 0, slash) << 32 | half(text, slash + 1, text.length()));
  }

  private static long half(String text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        throw new IllegalArgumentException("not an LSN: " + text);
      }
      value = value << 4 | digit;
    }
    return value;
  }

  /** The position {@code bytes} further on. */
  public Lsn plus(long bytes) {
    return new Lsn(value + bytes);
  }

  /** The bytes from {@code earlier} to this position; negative if it is not earlier. */
  public long minus(Lsn earlier) {
    return value - earlier.value;
  }

  /** Whether this position lies before {@code other}. */
  public boolean isBefore(Lsn other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  /** The form that PostgreSQL prints and reads. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%X/%X", value >>> 32, value & 0xFFFF_FFFFL);
  }
}
