package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;

/** An entry of a backup that no scan of a tree can have made: damage, or an attempt to do harm. */
public final class UnsafeEntryException extends TreeException {
  private static final long serialVersionUID = 1L;

  UnsafeEntryException(BytePath path, String why) {
    super(
        FailureCategory.CORRUPT,
        "the backup holds an entry that must not be restored: '" + path + "' " + why,
        "Restore from another backup, and find out who wrote this one.",
        null);
  }
}
