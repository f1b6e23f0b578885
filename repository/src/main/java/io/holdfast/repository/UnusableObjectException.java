package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import org.jspecify.annotations.Nullable;

/**
 * One object cannot be used, while the store is there: another object that holds the same serves as
 * well.
 */
public abstract sealed class UnusableObjectException extends RepositoryException
    permits CorruptObjectException, UnreadableObjectException {
  private static final long serialVersionUID = 1L;

  private final String what;

  UnusableObjectException(
      FailureCategory category,
      String what,
      String message,
      String hint,
      @Nullable Throwable cause) {
    super(category, message, hint, cause);
    this.what = what;
  }

  /** The object, and the block or chunk in it where that is known. */
  public final String what() {
    return what;
  }
}
