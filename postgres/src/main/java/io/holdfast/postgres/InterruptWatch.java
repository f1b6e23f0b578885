package io.holdfast.postgres;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Looks after one thread that waits for a server: a read from a TCP socket does not notice an
 * interrupt, so somebody else has to, and ends the session. Within a fifth of a second.
 */
final class InterruptWatch implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(200);

  private final Runnable end;
  private final Thread watcher;
  private volatile @Nullable Thread waiting;

  /**
   * @param end ends what is waited for, from another thread
   */
  InterruptWatch(Runnable end) {
    this.end = end;
    this.watcher = Thread.ofVirtual().name("interrupt-watch").start(this::watch);
  }

  /** Runs what may wait, in this thread; one at a time. */
  <T, E extends Exception> T during(Waiting<T, E> action) throws E {
    waiting = Thread.currentThread();
    try {
      return action.run();
    } finally {
      waiting = null;
    }
  }

  /** Something that may wait. */
  @FunctionalInterface
  interface Waiting<T, E extends Exception> {
    T run() throws E;
  }

  private void watch() {
    try {
      while (!isInterrupted(waiting)) {
        Thread.sleep(PERIOD);
      }
    } catch (InterruptedException e) {
      return; // closed
    }
    end.run();
  }

  private static boolean isInterrupted(@Nullable Thread thread) {
    return thread != null && thread.isInterrupted();
  }

  @Override
  public void close() {
    watcher.interrupt();
  }
}
