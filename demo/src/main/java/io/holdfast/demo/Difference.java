package io.holdfast.demo;

/**
 * Something that is not as it was.
 *
 * @param what the table, file or setting
 * @param how in which way
 */
record Difference(String what, String how) {
  /** Differences that are kept of one comparison; the first few tell enough. */
  static final int MOST = 10;

  @Override
  public String toString() {
    return what + ": " + how;
  }
}
