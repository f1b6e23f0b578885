package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A cluster could not be restored to where it was to go. */
public final class ClusterRestoreException extends PostgresException {
  private static final long serialVersionUID = 1L;

  ClusterRestoreException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static ClusterRestoreException refused(String message, String hint) {
    return new ClusterRestoreException(FailureCategory.CONFLICT, message, hint, null);
  }

  static ClusterRestoreException incomplete(String what) {
    return new ClusterRestoreException(
        FailureCategory.CORRUPT,
        "the backup is not one of a cluster: " + what,
        "Choose another backup, and verify the repository.",
        null);
  }

  static ClusterRestoreException of(BytePath target, IOException e) {
    if (e instanceof PosixException failed) {
      if (failed.isFull()) {
        return new ClusterRestoreException(
            FailureCategory.FULL,
            "no space is left for " + failed.path(),
            "Make space and repeat the restore; it goes on from what is there.",
            e);
      }
      if (failed.isDenied()) {
        return new ClusterRestoreException(
            FailureCategory.ACCESS,
            "cannot write " + failed.path() + ": " + failed.reason(),
            "Run as the account that is to own the cluster, or as root.",
            e);
      }
      if (failed.isAbsent()) {
        return new ClusterRestoreException(
            FailureCategory.NOT_FOUND,
            "cannot restore to " + target + ": " + failed.getMessage(),
            "Check the path, and that the directory above it is there.",
            e);
      }
    }
    return new ClusterRestoreException(
        FailureCategory.UNAVAILABLE,
        "cannot restore to " + target + ": " + e.getMessage(),
        "Mend the cause and repeat the restore; it goes on from what is there.",
        e);
  }
}
