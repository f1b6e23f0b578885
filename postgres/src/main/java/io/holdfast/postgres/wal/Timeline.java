package io.holdfast.postgres.wal;

import java.util.Locale;

/**
 * One line of a cluster's history; a promotion or a point-in-time recovery starts a new one.
 *
 * @param id the number, from 1 to 2^31 - 1
 */
public record Timeline(int id) implements Comparable<Timeline> {

  public Timeline {
    if (id < 1) {
      throw new IllegalArgumentException("not a timeline: " + Integer.toUnsignedString(id));
    }
  }

  /**
   * Reads the decimal form.
   *
   * @throws IllegalArgumentException if the text is not a timeline
   */
  public static Timeline parse(String text) {
    return new Timeline(Integer.parseInt(text));
  }

  /** The name of the file that tells where this timeline left the one before it. */
  public String historyFileName() {
    return String.format(Locale.ROOT, "%08X.history", id);
  }

  @Override
  public int compareTo(Timeline other) {
    return Integer.compare(id, other.id);
  }

  @Override
  public String toString() {
    return Integer.toString(id);
  }
}
