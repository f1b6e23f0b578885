package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;

/** The operation was cancelled: its thread was interrupted. */
public final class CancelledException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  public CancelledException(String what) {
    super(FailureCategory.INTERRUPTED, what + " was cancelled", "Run it again.");
  }
}
