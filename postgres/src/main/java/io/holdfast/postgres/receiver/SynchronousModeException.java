package io.holdfast.postgres.receiver;

import io.holdfast.postgres.PostgresException;
import io.holdfast.storage.FailureCategory;

/** A receiver cannot be a synchronous standby of a server. */
public final class SynchronousModeException extends PostgresException {
  private static final long serialVersionUID = 1L;

  private SynchronousModeException(FailureCategory category, String message, String hint) {
    super(category, message, hint, null);
  }

  static SynchronousModeException noRight(String server, String grant) {
    return new SynchronousModeException(
        FailureCategory.ACCESS,
        "commits are not to wait for this receiver of "
            + server
            + ": it could not end that when it is in trouble, and they would wait for ever",
        "Run there: " + grant + "; or leave synchronous out of the configuration.");
  }

  static SynchronousModeException occupied(String server, String names) {
    return new SynchronousModeException(
        FailureCategory.CONFLICT,
        "synchronous_standby_names of "
            + server
            + " is '"
            + names
            + "': that is someone else's, and this receiver does not change it",
        "Leave synchronous out of the configuration, or that setting empty.");
  }
}
