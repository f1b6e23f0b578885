package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/** The storage refuses: rights are missing, it is read-only, or it lacks what a store needs. */
public final class StorageAccessException extends StorageException {
  private static final long serialVersionUID = 1L;

  public StorageAccessException(String message, String hint, @Nullable Throwable cause) {
    super(FailureCategory.ACCESS, message, hint, cause);
  }
}
