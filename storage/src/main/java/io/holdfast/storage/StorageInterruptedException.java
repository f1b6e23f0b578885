package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/**
 * The calling thread was interrupted; its interrupt status is set again. A put may or may not have
 * happened.
 */
public final class StorageInterruptedException extends StorageException {
  private static final long serialVersionUID = 1L;

  public StorageInterruptedException(String message, String hint, @Nullable Throwable cause) {
    super(FailureCategory.INTERRUPTED, message, hint, cause);
  }
}
