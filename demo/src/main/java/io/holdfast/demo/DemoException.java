package io.holdfast.demo;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import org.jspecify.annotations.Nullable;

/** The demo cannot go on, or did not bring back what was there. */
public final class DemoException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  DemoException(String message, @Nullable Throwable cause) {
    this(
        FailureCategory.INTERNAL,
        message,
        "Run it again with --keep, and look into its directory.",
        cause);
  }

  private DemoException(
      FailureCategory category, String message, String hint, @Nullable Throwable cause) {
    super(category, message, hint, cause);
  }

  static DemoException noServer(int major) {
    return new DemoException(
        FailureCategory.UNSUPPORTED,
        "the demo lacks the programs of PostgreSQL " + major + ", which come with it",
        "Build it anew with HOLDFAST_BUILD=1 ./holdfast version.",
        null);
  }
}
