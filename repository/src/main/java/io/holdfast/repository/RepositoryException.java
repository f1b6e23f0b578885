package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** A failure of a repository. Subclasses say which failures a caller can act on. */
public class RepositoryException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  public RepositoryException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  public RepositoryException(FailureCategory category, String message, String hint) {
    this(category, message, hint, null);
  }
}
