package io.holdfast.postgres.recovery;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;

/** There is no recovery to what was asked for. Nothing was changed. */
public final class RecoveryTargetException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private RecoveryTargetException(FailureCategory category, String message, String hint) {
    super(category, message, hint, null);
  }

  static RecoveryTargetException malformed(String text, String what, String hint) {
    return new RecoveryTargetException(
        FailureCategory.USAGE, "'" + text + "' " + what + ": no recovery target", hint);
  }

  /** What people write for a row that was deleted is none. */
  public static RecoveryTargetException noRow(String text) {
    return malformed(
        text, "names no row", "Write TABLE:KEY, like public.projects:4711 or app/projects:4711.");
  }

  /** A row that was deleted cannot be found. */
  public static RecoveryTargetException notFound(String message, String hint) {
    return unreachable(message, hint);
  }

  static RecoveryTargetException unreachable(String message, String hint) {
    return new RecoveryTargetException(FailureCategory.NOT_FOUND, message, hint);
  }
}
