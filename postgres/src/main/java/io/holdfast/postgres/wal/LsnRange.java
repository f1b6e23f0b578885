package io.holdfast.postgres.wal;

/**
 * Bytes of a log.
 *
 * @param from the first of them
 * @param to behind the last
 */
public record LsnRange(Lsn from, Lsn to) {
  /**
   * @throws IllegalArgumentException if it would have no bytes
   */
  public LsnRange {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("no range of a log: " + from + " to " + to);
    }
  }

  /** How many bytes. */
  public long length() {
    return to.minus(from);
  }

  @Override
  public String toString() {
    return from + " to " + to;
  }
}
