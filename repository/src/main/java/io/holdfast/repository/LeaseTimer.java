package io.holdfast.repository;

import java.time.Duration;

/** Time that passes evenly whatever is done to clocks, and waiting for it. Thread-safe. */
interface LeaseTimer extends AutoCloseable {
  /** Nanoseconds since some moment, to be compared by their difference. */
  long nanos();

  /** Runs a task once, after a time; not at all when the timer is closed by then. */
  void schedule(Duration after, Runnable task);

  /** Waits in this thread. */
  void pause(Duration time) throws InterruptedException;

  /** Interrupts the task that runs, and waits for it, within bounds. */
  @Override
  void close();
}
