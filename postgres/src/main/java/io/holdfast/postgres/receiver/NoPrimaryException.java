package io.holdfast.postgres.receiver;

import io.holdfast.postgres.PostgresException;
import io.holdfast.storage.FailureCategory;

/** None of the members of a cluster that answer is its primary. */
public final class NoPrimaryException extends PostgresException {
  private static final long serialVersionUID = 1L;

  private NoPrimaryException(String message, String hint) {
    super(FailureCategory.UNAVAILABLE, message, hint, null);
  }

  static NoPrimaryException among(String servers) {
    return new NoPrimaryException(
        "none of these is a primary: " + servers,
        "Promote one, or add the host of the primary to the configuration.");
  }
}
