package io.holdfast.files;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Walks in a thread of its own, a bounded number of nodes ahead of whoever asks for them, so that
 * the system looks up names while others are compared and written down. Of one thread.
 */
final class WalkAhead implements AutoCloseable {
  private static final int BATCHES = 4;

  private final TreeWalk walk;
  private final int batchSize;
  private final ExecutorService walker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("files-walk").daemon().factory());
  private final Deque<Future<List<TreeWalk.Visit>>> ahead = new ArrayDeque<>();
  private Iterator<TreeWalk.Visit> visits = Collections.emptyIterator();

  /**
   * @param walk not to be used by others until this is closed, which does not close the walk
   * @param limit nodes to be ahead at most, or a few if that is less
   */
  WalkAhead(TreeWalk walk, int limit) {
    this.walk = walk;
    this.batchSize = Math.max(1, limit / BATCHES);
    for (int i = 0; i < BATCHES; i++) {
      ahead.add(walker.submit(this::batch));
    }
  }

  /** The next nodes; fewer than asked for at the end, and none after it. */
  private List<TreeWalk.Visit> batch() throws IOException {
    List<TreeWalk.Visit> batch = new ArrayList<>(batchSize);
    TreeWalk.Visit visit;
    while (batch.size() < batchSize && (visit = walk.next()) != null) {
      batch.add(visit);
    }
    return batch;
  }

  /** The next node; null at the end. */
  TreeWalk.@Nullable Visit next() throws IOException, InterruptedException {
    while (!visits.hasNext()) {
      Future<List<TreeWalk.Visit>> next = ahead.poll();
      if (next == null) {
        return null;
      }
      List<TreeWalk.Visit> batch = Workers.result(next);
      if (batch.size() == batchSize) {
        ahead.add(walker.submit(this::batch));
      }
      visits = batch.iterator();
    }
    return visits.next();
  }

  /** Returns when the walk is not used any more. */
  @Override
  public void close() {
    Workers.stop(walker);
  }
}
