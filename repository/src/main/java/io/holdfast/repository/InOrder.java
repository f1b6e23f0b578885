package io.holdfast.repository;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.function.Consumer;

/**
 * Runs tasks beside each other on a pool and hands over their results in the order in which they
 * were submitted. At most a window of them is underway; who submits more waits. For one thread.
 */
final class InOrder<T> implements AutoCloseable {
  private final String what;
  private final ExecutorService pool;
  private final int window;
  private final Consumer<T> results;
  private final Deque<Future<T>> underway = new ArrayDeque<>();

  /** This one and the tasks that run. */
  private final Phaser running = new Phaser(1);

  private volatile boolean closed;

  /**
   * @param what they do together, for the message when that is cancelled
   */
  InOrder(String what, ExecutorService pool, int window, Consumer<T> results) {
    this.what = what;
    this.pool = pool;
    this.window = window;
    this.results = results;
  }

  void submit(Callable<T> task) {
    if (underway.size() >= window) {
      handOverNext();
    }
    underway.add(pool.submit(() -> run(task)));
  }

  private T run(Callable<T> task) throws Exception {
    running.register();
    try {
      if (closed) {
        throw new CancelledException(what);
      }
      return task.call();
    } finally {
      running.arriveAndDeregister();
    }
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
      throw new CancelledException(what);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException("a task failed", e);
      }
    }
  }

  /**
   * Drops what has not started, after a failure, and waits for what runs. That is not interrupted:
   * a task may be handing over a pack that holds the chunks of others. When this returns, no task
   * touches anything any more.
   */
  @Override
  public void close() {
    closed = true;
    underway.forEach(task -> task.cancel(false));
    underway.clear();
    running.awaitAdvance(running.arriveAndDeregister());
  }
}
