package io.holdfast.postgres.archiving;

import io.holdfast.postgres.PostgresException;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of a server's log cannot be read or written, or is not what its name says. */
public final class WalFileException extends PostgresException {
  private static final long serialVersionUID = 1L;

  private WalFileException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static WalFileException wrong(Path file, String what) {
    return new WalFileException(
        FailureCategory.CORRUPT,
        file + " is not what its name says: " + what,
        "Look at the server's disk. Nothing was stored.",
        null);
  }

  static WalFileException unknown(String name) {
    return new WalFileException(
        FailureCategory.USAGE,
        "no server archives a file named " + name,
        "Use it as archive_command = 'holdfast wal push %p' or restore_command = 'holdfast wal"
            + " fetch %f %p'.",
        null);
  }

  static WalFileException ambiguous(String source, int logs) {
    return new WalFileException(
        FailureCategory.CONFLICT,
        "the repository holds the logs of " + logs + " clusters as " + source,
        "Run it in the data directory of the server, as a restore_command is.",
        null);
  }

  static WalFileException failed(Path file, IOException e) {
    boolean absent = e instanceof NoSuchFileException;
    return new WalFileException(
        absent ? FailureCategory.NOT_FOUND : FailureCategory.UNAVAILABLE,
        absent ? "there is no file " + file : "cannot use " + file + ": " + e.getMessage(),
        "",
        e);
  }
}
