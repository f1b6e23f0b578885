package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;

/**
 * A cluster of a PostgreSQL version, or built with a parameter, that this program does not know.
 */
public final class UnsupportedClusterException extends PostgresException {
  private static final long serialVersionUID = 1L;

  UnsupportedClusterException(String what) {
    super(
        FailureCategory.UNSUPPORTED,
        what,
        "PostgreSQL 15 to 18 are supported; a newer version of Holdfast may know more.",
        null);
  }
}
