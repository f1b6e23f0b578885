package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;
import org.jspecify.annotations.Nullable;

/** A server cannot be reached, went away, or was silent for too long; or the wait was cancelled. */
public final class ServerConnectionException extends PostgresException {
  private static final long serialVersionUID = 1L;

  ServerConnectionException(String message, @Nullable Throwable cause) {
    super(
        FailureCategory.UNAVAILABLE,
        message,
        "Does the server run, and does its log say why the session ended?",
        cause);
  }

  private ServerConnectionException(String message) {
    super(FailureCategory.INTERRUPTED, message, "Run it again.", null);
  }

  /** This thread was interrupted; its status stays set. */
  static ServerConnectionException interrupted(String doing) {
    return new ServerConnectionException("Cancelled while " + doing);
  }
}
