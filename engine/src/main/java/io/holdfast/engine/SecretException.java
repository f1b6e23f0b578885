package io.holdfast.engine;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** A secret could not be had from where the configuration says it is. */
public final class SecretException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  SecretException(
      SecretReference reference, String reason, String hint, @Nullable Throwable cause) {
    super(
        FailureCategory.CONFIGURATION, "no secret from " + reference + ": " + reason, hint, cause);
  }
}
