package io.holdfast.postgres.receiver;

import io.holdfast.posix.Errno;
import io.holdfast.posix.PosixException;
import io.holdfast.postgres.PostgresException;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The spool, a directory for WAL that is not stored yet, cannot be used. */
public final class SpoolException extends PostgresException {
  private static final long serialVersionUID = 1L;

  private SpoolException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static SpoolException inUse(Path directory) {
    return new SpoolException(
        FailureCategory.CONFLICT,
        "the spool " + directory + " is in use by another receiver",
        "One receiver is enough for a cluster; stop the other one, or give this one another spool.",
        null);
  }

  static SpoolException failed(Path directory, IOException e) {
    if (isFull(e)) {
      return new SpoolException(
          FailureCategory.FULL,
          "the disk of the spool " + directory + " is full",
          "Make room there, and look whether the repository can be reached.",
          e);
    }
    return new SpoolException(
        FailureCategory.UNAVAILABLE,
        "the spool " + directory + " cannot be used: " + e,
        "Check its disk and who may write there. What is in it is not stored yet: do not remove it.",
        e);
  }

  private static boolean isFull(IOException e) {
    if (e instanceof PosixException posix) {
      return posix.errno() == Errno.ENOSPC || posix.errno() == Errno.EDQUOT;
    }
    return e instanceof FileSystemException named
        && "No space left on device".equals(named.getReason());
  }

  static SpoolException full(Path directory, long most) {
    return new SpoolException(
        FailureCategory.FULL,
        "the spool " + directory + " holds " + most + " bytes that are not stored yet",
        "Look whether the repository can be reached. The server keeps what it writes meanwhile.",
        null);
  }

  static SpoolException stranger(Path file) {
    return new SpoolException(
        FailureCategory.CONFLICT,
        "the spool has a file that is not its own: " + file,
        "Take that file out. What else is there may not be stored yet.",
        null);
  }
}
