package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;

/** A path was asked for that is not in the backup. */
public final class PathNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  PathNotFoundException(BytePath path, String backup) {
    super(
        FailureCategory.NOT_FOUND,
        "there is no " + path + " in backup " + backup,
        "holdfast show " + backup + " lists what there is",
        null);
  }
}
