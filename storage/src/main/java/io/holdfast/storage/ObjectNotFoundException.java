package io.holdfast.storage;

import org.jspecify.annotations.Nullable;

/** An object that was asked for is not in the store. */
public final class ObjectNotFoundException extends StorageException {
  private static final long serialVersionUID = 1L;

  public ObjectNotFoundException(ObjectName name, String store, @Nullable Throwable cause) {
    super(
        FailureCategory.NOT_FOUND,
        "object " + name + " is not in " + store,
        "If it should be there, the repository is damaged: run a verification.",
        cause);
  }
}
