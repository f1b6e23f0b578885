package io.holdfast.engine;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;

/** A restore that was asked for makes no sense, or has no place to go. Nothing was changed. */
public final class RestoreException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  RestoreException(FailureCategory category, String message, String hint) {
    super(category, message, hint, null);
  }
}
