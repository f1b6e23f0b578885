package io.holdfast.posix;

import org.jspecify.annotations.Nullable;

/**
 * Has the system write to disk while more is put into files, so that the last sync, for which
 * everybody waits, finds little left. Thread-safe.
 */
public final class EarlySync implements AutoCloseable {
  private static final long STEP = 128L << 20;

  /** Returns when all that was put into files so far is on disk. */
  @FunctionalInterface
  public interface Sync {
    void run() throws PosixException;
  }

  private final Sync sync;
  private final long step;
  private long unsynced;
  private @Nullable Thread running;
  private @Nullable PosixException failure;

  public EarlySync(Sync sync) {
    this(sync, STEP);
  }

  EarlySync(Sync sync, long step) {
    this.sync = sync;
    this.step = step;
  }

  /** Counts bytes that were put into files, and starts a sync from time to time. */
  public synchronized void written(long bytes) {
    unsynced += bytes;
    if (unsynced >= step && (running == null || !running.isAlive())) {
      unsynced = 0;
      running = Thread.ofPlatform().daemon().name("early-sync").start(this::run);
    }
  }

  private void run() {
    try {
      sync.run();
    } catch (PosixException e) {
      synchronized (this) {
        failure = failure == null ? e : failure;
      }
    }
  }

  /**
   * Returns when everything is on disk.
   *
   * @throws PosixException also what an earlier sync met: the system tells only once of a write
   *     that failed
   */
  public void finish() throws PosixException {
    close();
    synchronized (this) {
      if (failure != null) {
        throw failure;
      }
    }
    sync.run();
  }

  /** Returns when no sync runs any more; an interrupt does not shorten that, and stays. */
  @Override
  public void close() {
    Thread thread;
    synchronized (this) {
      thread = running;
    }
    boolean interrupted = false;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
