package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;
import org.jspecify.annotations.Nullable;

/** A server on this machine could not be found, made, started or stopped. */
public final class LocalServerException extends PostgresException {
  private static final long serialVersionUID = 1L;

  LocalServerException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static LocalServerException unavailable(String message, String hint, @Nullable Throwable cause) {
    return new LocalServerException(FailureCategory.UNAVAILABLE, message, hint, cause);
  }

  static LocalServerException interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new LocalServerException(
        FailureCategory.INTERRUPTED, "Interrupted while " + what, "", cause);
  }
}
