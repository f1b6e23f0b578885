package io.holdfast.postgres.wal;

/** A history file of a timeline is not made as a server makes it. */
public final class MalformedHistoryException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedHistoryException(Timeline timeline, String what) {
    super("the history of timeline " + timeline + " has " + what);
  }
}
