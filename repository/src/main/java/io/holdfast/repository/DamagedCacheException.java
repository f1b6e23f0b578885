package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import java.nio.file.Path;

/**
 * A file of the index cache is damaged. It was removed, and is made again from the repository by
 * whoever needs it next.
 */
final class DamagedCacheException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;

  DamagedCacheException(Path file) {
    super(
        FailureCategory.UNAVAILABLE,
        "the index cache file " + file + " was damaged",
        "Run it again: the file was removed and is made again. Check the disk that it was on.");
    this.file = file;
  }

  /** The file that was damaged. */
  Path file() {
    return file;
  }
}
