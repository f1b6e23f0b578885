package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;

/**
 * The credential that was given opens no key object of the repository, and none of them is damaged.
 */
public final class WrongKeyException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  public WrongKeyException(String message, String hint) {
    super(FailureCategory.KEY, message, hint);
  }
}
