package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;

/** A path that was asked for is not in the backup. */
public final class PathNotInBackupException extends TreeException {
  private static final long serialVersionUID = 1L;

  PathNotInBackupException(BytePath path) {
    super(
        FailureCategory.NOT_FOUND,
        "the backup holds no '" + path + "'",
        "List what it holds with 'holdfast show'; paths are relative to the root of the source.",
        null);
  }
}
