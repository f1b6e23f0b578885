package io.holdfast.postgres.receiver;

import io.holdfast.postgres.PostgresException;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.storage.FailureCategory;

/** Where a cluster was, there is another one now. */
public final class WrongClusterException extends PostgresException {
  private static final long serialVersionUID = 1L;

  WrongClusterException(String server, WalFormat expected, WalFormat found) {
    super(
        FailureCategory.CONFLICT,
        "%s is cluster %s with PostgreSQL %d, not %s with %d"
            .formatted(server, found.system(), found.major(), expected.system(), expected.major()),
        "Was it upgraded or made anew? Start the receiver again to receive the WAL of this one.",
        null);
  }
}
