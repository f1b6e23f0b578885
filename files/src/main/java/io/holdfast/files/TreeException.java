package io.holdfast.files;

import io.holdfast.posix.PosixException;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** A tree could not be backed up, restored or compared at all. */
public class TreeException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  TreeException(FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  /** A system call failed that everything depends on. */
  static TreeException of(String what, PosixException cause) {
    return new TreeException(category(cause), what + ": " + cause.getMessage(), hint(cause), cause);
  }

  private static FailureCategory category(PosixException e) {
    if (e.isDenied()) {
      return FailureCategory.ACCESS;
    }
    if (e.isFull()) {
      return FailureCategory.FULL;
    }
    if (e.isAbsent()) {
      return FailureCategory.NOT_FOUND;
    }
    return e.isUnsupported() ? FailureCategory.UNSUPPORTED : FailureCategory.UNAVAILABLE;
  }

  private static String hint(PosixException e) {
    if (e.isDenied()) {
      return "Run as a user who may do this; docs/files.md lists what needs which privilege.";
    }
    if (e.isFull()) {
      return "Free some space, or choose another directory.";
    }
    return e.isAbsent() ? "Check the path." : "";
  }
}
