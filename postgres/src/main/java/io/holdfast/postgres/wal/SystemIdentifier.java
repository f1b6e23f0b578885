package io.holdfast.postgres.wal;

/**
 * The number that initdb gives a cluster. Copies and standbys share it, so it tells clusters of
 * different origin apart and nothing more.
 *
 * @param value the number; printed as unsigned
 */
public record SystemIdentifier(long value) {

  /**
   * Reads the decimal form that {@code pg_controldata} and IDENTIFY_SYSTEM print.
   *
   * @throws IllegalArgumentException if the text is not an unsigned 64-bit number
   */
  public static SystemIdentifier parse(String text) {
    return new SystemIdentifier(Long.parseUnsignedLong(text));
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(value);
  }
}
