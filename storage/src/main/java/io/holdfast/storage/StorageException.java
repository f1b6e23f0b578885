package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/** A failure of an object store. Subclasses say which failures a caller can act on. */
public class StorageException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  public StorageException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }
}
