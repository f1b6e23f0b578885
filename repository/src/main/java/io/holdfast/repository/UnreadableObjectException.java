package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageException;
import io.holdfast.storage.StorageInterruptedException;

/**
 * The store answers, but does not give the bytes of one object: a bad sector, a file that nobody
 * may read. The category is that of the cause, since it may pass.
 */
public final class UnreadableObjectException extends UnusableObjectException {
  private static final long serialVersionUID = 1L;

  /**
   * Tells an object that cannot be read from a store that is away: that does not answer to
   * anything.
   *
   * @return what to throw
   */
  static RuntimeException of(ObjectStore store, ObjectName name, StorageException e) {
    if (e instanceof StorageInterruptedException) {
      return e;
    }
    try {
      store.stat(FormatObject.NAME);
      return new UnreadableObjectException(name.value(), e);
    } catch (StorageException away) {
      e.addSuppressed(away);
      return e;
    }
  }

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
