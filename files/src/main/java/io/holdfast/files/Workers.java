package io.holdfast.files;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What work in other threads has in common. */
final class Workers {
  private static final long STOP_MINUTES = 5;

  private Workers() {}

  /** What a task returns or throws. */
  static <T extends @Nullable Object> T result(Future<T> task)
      throws IOException, InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException runtime -> throw runtime;
        case Error error -> throw error;
        case IOException io -> throw io;
        case null, default -> throw new IOException(e.getCause());
      }
    }
  }

  /**
   * Ends all tasks, and returns when none runs any more, or hangs; an interrupt does not shorten
   * that, and stays.
   */
  static void stop(ExecutorService workers) {
    workers.shutdownNow();
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(STOP_MINUTES);
    boolean stopped = workers.isTerminated();
    while (!stopped && System.nanoTime() < deadline) {
      try {
        stopped = workers.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
