package io.holdfast.demo;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** The demo cannot go on, or did not bring back what was there. */
public final class DemoException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  DemoException(String message, @Nullable Throwable cause) {
    super(
        FailureCategory.INTERNAL,
        message,
        "Run it again with --keep, and look into its directory.",
        cause);
  }
}
