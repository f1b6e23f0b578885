package io.holdfast.storage;

/** An object has more bytes than its reader takes. None of them were read. */
public final class ObjectTooLargeException extends StorageException {
  private static final long serialVersionUID = 1L;

  public ObjectTooLargeException(ObjectName name, String store, long size, int maximum) {
    super(
        FailureCategory.CORRUPT,
        "object %s in %s has %d bytes, more than the %d that such an object may have"
            .formatted(name, store, size, maximum),
        "Something else wrote it: run a verification, and heal it from another repository.",
        null);
  }
}
