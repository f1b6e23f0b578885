package io.holdfast.postgres.receiver;

import io.holdfast.postgres.PostgresException;
import io.holdfast.postgres.wal.MalformedHistoryException;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.storage.FailureCategory;

/** A server is not on the way that the log went which was received so far. */
public final class OldPrimaryException extends PostgresException {
  private static final long serialVersionUID = 1L;

  OldPrimaryException(String server, Timeline now, Timeline received) {
    super(
        FailureCategory.CONFLICT,
        server + " is on timeline " + now + ", and timeline " + received + " was received already",
        "Is it an old primary that came back, beside the new one? Nothing is received from it.",
        null);
  }

  OldPrimaryException(String server, MalformedHistoryException e) {
    super(FailureCategory.CORRUPT, server + ": " + e.getMessage(), "", e);
  }
}
