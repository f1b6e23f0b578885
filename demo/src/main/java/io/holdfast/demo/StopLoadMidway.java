package io.holdfast.demo;

import io.holdfast.engine.ProgressListener;

/**
 * Ends the load when half of the database was read: until then pages change under the backup, and
 * what the database holds when the backup stops is known exactly, so that every row can be
 * compared.
 */
final class StopLoadMidway implements ProgressListener {
  private final String database;
  private final LiveLoad load;
  private final ProgressListener next;
  private long expected;
  private long done;

  StopLoadMidway(String database, LiveLoad load, ProgressListener next) {
    this.database = database;
    this.load = load;
    this.next = next;
  }

  @Override
  public void started(String step, long bytes) {
    if (step.equals(database)) {
      synchronized (this) {
        expected = bytes;
      }
    }
    next.started(step, bytes);
  }

  @Override
  public void advanced(String step, long bytes) {
    if (step.equals(database) && isHalf(bytes)) {
      load.stop();
    }
    next.advanced(step, bytes);
  }

  private synchronized boolean isHalf(long bytes) {
    done += bytes;
    return done >= expected / 2;
  }

  @Override
  public void finished(String step) {
    next.finished(step);
  }
}
