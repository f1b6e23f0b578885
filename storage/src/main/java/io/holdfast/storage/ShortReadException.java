package io.holdfast.storage;

/** An object ended before the bytes that were asked for: it was cut, or the request is wrong. */
public final class ShortReadException extends StorageException {
  private static final long serialVersionUID = 1L;

  public ShortReadException(ObjectName name, String store, long offset, int wanted, long got) {
    super(
        FailureCategory.CORRUPT,
        "object %s in %s is too short: wanted %d bytes at %d, got %d"
            .formatted(name, store, wanted, offset, got),
        "The object was truncated: run a verification, and heal it from another repository.",
        null);
  }
}
