package io.holdfast.repository;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer with a thread of its own. */
final class ThreadTimer implements LeaseTimer {
  /** A task that hangs in the storage is not waited for any longer: it may never come back. */
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

  private final ScheduledExecutorService thread =
      new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("lease").factory());

  /**
   * Goes on while the process is stopped, but not while the machine sleeps: then a writer may think
   * that it has time left, until it finds the tombstone.
   */
  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public void schedule(Duration after, Runnable task) {
    try {
      var _ = thread.schedule(task, after.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return; // it was closed
    }
  }

  @Override
  public void pause(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(LONGEST_CLOSE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
