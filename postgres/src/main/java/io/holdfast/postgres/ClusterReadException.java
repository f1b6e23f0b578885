package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file of a cluster could not be read, or is not what it should be. */
public final class ClusterReadException extends PostgresException {
  private static final long serialVersionUID = 1L;

  ClusterReadException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static ClusterReadException of(BytePath path, IOException e) {
    if (e instanceof PosixException failed && failed.isDenied()) {
      return new ClusterReadException(
          FailureCategory.ACCESS,
          "cannot read " + failed.path() + ": " + failed.reason(),
          "Run Holdfast as the account that owns the data directory, or read over a stream.",
          e);
    }
    return new ClusterReadException(
        FailureCategory.UNAVAILABLE,
        "cannot read " + path + ": " + e.getMessage(),
        "Check the disk, and that the data directory is the right one.",
        e);
  }
}
