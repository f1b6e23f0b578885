package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** A failure that concerns a PostgreSQL cluster. Subclasses say which ones a caller can act on. */
public abstract class PostgresException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  protected PostgresException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }
}
