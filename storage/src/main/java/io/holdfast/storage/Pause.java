package io.holdfast.storage;

import java.time.Duration;

/** How to wait; tests pass one that does not. */
@FunctionalInterface
public interface Pause {
  /** Waits in the calling thread, as {@link Thread#sleep} does. */
  Pause SLEEP = Thread::sleep;

  void pause(Duration duration) throws InterruptedException;
}
