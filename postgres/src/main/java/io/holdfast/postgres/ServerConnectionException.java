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

  private ServerConnectionException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static ServerConnectionException shuttingDown(String server) {
    return new ServerConnectionException(
        FailureCategory.UNAVAILABLE, server + " is shutting down", "", null);
  }

  /** This thread was interrupted; its status stays set. */
  static ServerConnectionException interrupted(String doing) {
    return interrupted(doing, null);
  }

  /** As above. */
  static ServerConnectionException interrupted(String doing, @Nullable Throwable cause) {
    return new ServerConnectionException(
        FailureCategory.INTERRUPTED, "Cancelled while " + doing, "Run it again.", cause);
  }
}
