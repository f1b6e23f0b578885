package io.holdfast.repository;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Runs tasks beside each other on a pool and hands over their results in the order in which they
 * were submitted. At most a window of them is underway; who submits more waits. For one thread.
 */
final class InOrder<T> implements AutoCloseable {
  private final ExecutorService pool;
  private final int window;
  private final Consumer<T> results;
  private final Deque<Future<T>> underway = new ArrayDeque<>();

  InOrder(ExecutorService pool, int window, Consumer<T> results) {
    this.pool = pool;
    this.window = window;
    this.results = results;
  }

  void submit(Callable<T> task) {
    if (underway.size() >= window) {
      handOverNext();
    }
    underway.add(pool.submit(task));
  }

  /** Waits for all that was submitted. */
  void finish() {
    while (!underway.isEmpty()) {
      handOverNext();
    }
  }

  private void handOverNext() {
    Future<T> next = underway.remove();
    try {
      results.accept(next.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("writing to the repository");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException("a task failed", e);
      }
    }
  }

  /** Cancels what is underway after a failure. */
  @Override
  public void close() {
    underway.forEach(task -> task.cancel(true));
    underway.clear();
  }
}
