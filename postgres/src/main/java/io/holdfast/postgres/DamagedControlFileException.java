package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;

/**
 * The bytes of a pg_control file are not what a server wrote, or it was being written just then.
 */
public final class DamagedControlFileException extends PostgresException {
  private static final long serialVersionUID = 1L;

  DamagedControlFileException(String what) {
    super(
        FailureCategory.CORRUPT,
        "pg_control is damaged: " + what,
        "Check that the directory is the data directory of a PostgreSQL cluster, and its disk.",
        null);
  }
}
