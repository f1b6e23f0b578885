package io.holdfast.repository;

import io.holdfast.storage.StorageException;

/**
 * The store answers, but does not give the bytes of one object: a bad sector, a file that nobody
 * may read. The category is that of the cause, since it may pass.
 */
public final class UnreadableObjectException extends UnusableObjectException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what the object
   * @param cause what the store said
   */
  public UnreadableObjectException(String what, StorageException cause) {
    super(
        cause.category(),
        what,
        what + " cannot be read: " + cause.getMessage(),
        cause.hint(),
        cause);
  }
}
