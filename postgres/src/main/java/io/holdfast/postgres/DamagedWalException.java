package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.storage.FailureCategory;

/** A WAL segment holds what does not belong to it. */
public final class DamagedWalException extends PostgresException {
  private static final long serialVersionUID = 1L;

  DamagedWalException(WalSegmentName segment, Lsn position, String what) {
    super(
        FailureCategory.CORRUPT,
        "WAL segment " + segment + " has, at " + position + ", " + what,
        "Look into the server's log and at its disks; the backup is not complete without it.",
        null);
  }
}
