package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/** The storage has no room, or its quota is used up. What was stored before is untouched. */
public final class StorageFullException extends StorageException {
  private static final long serialVersionUID = 1L;

  public StorageFullException(String message, String hint, @Nullable Throwable cause) {
    super(FailureCategory.FULL, message, hint, cause);
  }
}
