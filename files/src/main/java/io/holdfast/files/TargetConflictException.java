package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;

/** The directory to restore into holds something that must not be touched, or is in use. */
public final class TargetConflictException extends TreeException {
  private static final long serialVersionUID = 1L;

  private TargetConflictException(String message, String hint) {
    super(FailureCategory.CONFLICT, message, hint, null);
  }

  static TargetConflictException notEmpty(BytePath target) {
    return new TargetConflictException(
        target + " is not empty", "Choose an empty or new directory, or allow overwriting.");
  }

  static TargetConflictException unfinished(BytePath target) {
    return new TargetConflictException(
        target + " holds the unfinished restore of another backup",
        "Finish that one, choose another directory, or allow overwriting.");
  }

  static TargetConflictException busy(BytePath target) {
    return new TargetConflictException(
        "another restore into " + target + " is running", "Wait until it has ended.");
  }

  static TargetConflictException inTheWay(BytePath path, String what) {
    return new TargetConflictException(
        path + " is " + what + " and in the way of what is to be restored",
        "Move it away and run the restore again.");
  }
}
