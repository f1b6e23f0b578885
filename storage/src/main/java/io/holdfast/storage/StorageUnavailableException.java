package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/** A passing fault of the storage. The only storage failure that is worth repeating. */
public final class StorageUnavailableException extends StorageException {
  private static final long serialVersionUID = 1L;

  public StorageUnavailableException(String message, String hint, @Nullable Throwable cause) {
    super(FailureCategory.UNAVAILABLE, message, hint, cause);
  }
}
