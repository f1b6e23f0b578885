package io.holdfast.postgres;

import io.holdfast.repository.CancelledException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Does jobs on a few threads, with a short queue before them. The first job that fails ends all: it
 * is thrown by the next call. Of one thread, which submits.
 */
final class ParallelWork implements AutoCloseable {
  private static final long LOOK_MILLIS = 100;

  /** Something to do. Closed in any case, whether or not it was run. */
  interface Job extends AutoCloseable {
    void run() throws IOException;

    @Override
    void close() throws IOException;
  }

  private final String what;
  private final BlockingQueue<Job> queue;
  private final List<Thread> workers = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean complete;

  /**
   * @param what names the work for messages
   */
  ParallelWork(String what, int threads, int queued) {
    this.what = what;
    this.queue = new ArrayBlockingQueue<>(queued);
    for (int i = 0; i < threads; i++) {
      workers.add(Thread.ofVirtual().name(what + " " + i).start(this::work));
    }
  }

  private void work() {
    try {
      while (failure.get() == null) {
        Job job = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (job != null) {
          try (job) {
            job.run();
          }
        } else if (complete && queue.isEmpty()) {
          return;
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    } catch (InterruptedException e) {
      failure.compareAndSet(null, new CancelledException(what));
    }
  }

  /** Has a job done soon; waits while the queue is full. */
  void submit(Job job) throws IOException {
    boolean taken = false;
    try {
      while (!taken) {
        rethrow();
        taken = queue.offer(job, LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(what);
    } finally {
      if (!taken) {
        job.close();
      }
    }
  }

  /** Waits until all jobs are done. */
  void finish() throws IOException {
    complete = true;
    try {
      for (Thread worker : workers) {
        worker.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(what);
    }
    rethrow();
  }

  private void rethrow() throws IOException {
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new AssertionError(e);
    }
  }

  /** Ends the threads; what they do is broken off. */
  @Override
  public void close() throws IOException {
    complete = true;
    failure.compareAndSet(null, new CancelledException(what));
    workers.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    for (Job job = queue.poll(); job != null; job = queue.poll()) {
      job.close();
    }
  }
}
