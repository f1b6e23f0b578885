package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;

/** A server sent what its protocol does not allow, or a backup stream that is damaged. */
public final class ServerProtocolException extends PostgresException {
  private static final long serialVersionUID = 1L;

  ServerProtocolException(String message) {
    super(
        FailureCategory.CORRUPT,
        message,
        "Run it again; if it happens again, something between here and the server alters bytes,"
            + " or the server is of a version that Holdfast does not know.",
        null);
  }
}
