package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is being filled. It is in use by the walk until that leaves it, by each file in
 * it that is not complete, and by each directory in it that is not finished; whoever ends the last
 * use finishes it, and so on upwards. Thread-safe.
 */
final class RestoredDirectory {
  /** Gives a directory, in which nothing will be made any more, its metadata. */
  @FunctionalInterface
  interface Finish {
    void finish(RestoredDirectory directory) throws PosixException;
  }

  private final @Nullable RestoredDirectory parent;
  private final Entry entry;
  private final boolean near;
  private final Finish finish;
  private final AtomicInteger uses = new AtomicInteger(1);
  private volatile boolean postponed;

  /**
   * @param near whether it is on the file system of the work directory
   */
  RestoredDirectory(@Nullable RestoredDirectory parent, Entry entry, boolean near, Finish finish) {
    this.parent = parent;
    this.entry = entry;
    this.near = near;
    this.finish = finish;
    if (parent != null) {
      parent.use();
    }
  }

  Entry entry() {
    return entry;
  }

  BytePath path() {
    return entry.path();
  }

  boolean isNear() {
    return near;
  }

  void use() {
    uses.incrementAndGet();
  }

  /** Ends one use. */
  void release() throws PosixException {
    for (RestoredDirectory at = this;
        at != null && at.uses.decrementAndGet() == 0;
        at = at.parent) {
      at.finish.finish(at);
    }
  }

  /** Something will be made in it later on: neither it nor those above can be finished before. */
  void postpone() {
    for (RestoredDirectory at = this; at != null && !at.postponed; at = at.parent) {
      at.postponed = true;
    }
  }

  boolean isPostponed() {
    return postponed;
  }
}
