package io.holdfast.cli;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.io.IOException;

/** The process that watches over commits cannot be started. */
final class WatchdogException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  WatchdogException(IOException cause) {
    super(
        FailureCategory.UNAVAILABLE,
        "the watchdog of the receiver cannot be started: " + cause.getMessage(),
        "Without it commits could wait for ever; leave synchronous out of the configuration to"
            + " receive without",
        cause);
  }
}
