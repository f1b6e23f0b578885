package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * This writer could not renew its lease in time, so others may take it for dead: its backup was
 * given up.
 */
public final class LeaseExpiredException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  /**
   * @param cause what the last attempt to renew it failed with; null when there was none, since the
   *     process did not run
   */
  LeaseExpiredException(BackupName backup, Duration lease, @Nullable RuntimeException cause) {
    super(
        FailureCategory.UNAVAILABLE,
        "backup "
            + backup
            + " was given up: its lease of "
            + lease.toSeconds()
            + " s could not be renewed in time: "
            + (cause == null ? "this process was stopped for too long" : cause.getMessage()),
        "Run the backup again; what was written is used by the next one.",
        cause);
  }
}
