package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is durable in the spool and waits to be stored, in the order in which it was received. One
 * thread receives, one stores. Thread-safe.
 */
final class ReceivedWal {
  /**
   * A segment in the spool.
   *
   * @param length bytes of it that are durable, from its start on
   * @param ended whether no more will come
   */
  record Segment(WalSegmentName name, long length, boolean ended) {
    Lsn end() {
      return name.start().plus(length);
    }
  }

  /** The history file of a timeline, which is stored before any segment of it. */
  @SuppressWarnings("ArrayRecordComponent") // read only
  record History(Timeline timeline, byte[] content) {
    boolean isSame(History other) {
      return timeline.equals(other.timeline) && Arrays.equals(content, other.content);
    }
  }

  /**
   * The log has a gap.
   *
   * @param timeline of what follows it
   * @param end where that begins
   * @param reason in words
   */
  record Gap(Timeline timeline, Lsn end, String reason) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Segment> segments = new ArrayDeque<>();
  private final Deque<History> histories = new ArrayDeque<>();
  private final Deque<Gap> gaps = new ArrayDeque<>();
  private boolean closed;

  /** More of the segment that came last, or the first of another one, is durable. */
  void flushed(WalSegmentName name, long length, boolean ended) {
    locked(
        () -> {
          if (!segments.isEmpty() && segments.getLast().name().equals(name)) {
            segments.removeLast();
          }
          segments.addLast(new Segment(name, length, ended));
        });
  }

  /** No more of the segment that came last will come. */
  void endLast() {
    locked(
        () -> {
          if (!segments.isEmpty()) {
            Segment last = segments.removeLast();
            segments.addLast(new Segment(last.name(), last.length(), true));
          }
        });
  }

  /** The history of a timeline is known, before its first segment is; told again it counts once. */
  void add(History history) {
    locked(
        () -> {
          if (histories.stream().noneMatch(history::isSame)) {
            histories.addLast(history);
          }
        });
  }

  /** The first history that is not stored; null if there is none. */
  @Nullable History history() {
    lock.lock();
    try {
      return histories.peekFirst();
    } finally {
      lock.unlock();
    }
  }

  /** The first history is stored. */
  void removeHistory() {
    locked(histories::removeFirst);
  }

  /** What comes next follows a gap. */
  void add(Gap gap) {
    locked(() -> gaps.addLast(gap));
  }

  /** The first gap that is not recorded; null if there is none. */
  @Nullable Gap gap() {
    lock.lock();
    try {
      return gaps.peekFirst();
    } finally {
      lock.unlock();
    }
  }

  /** The first gap is recorded. */
  void removeGap() {
    locked(gaps::removeFirst);
  }

  /** The first segment is stored. */
  void removeFirst() {
    locked(segments::removeFirst);
  }

  /** Nothing more will be received. */
  void close() {
    locked(() -> closed = true);
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** The first segment as it is now; null if there is none. */
  @Nullable Segment first() {
    lock.lock();
    try {
      return segments.peekFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes that wait. */
  long bytes() {
    lock.lock();
    try {
      return segments.stream().mapToLong(Segment::length).sum();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the first segment has ended, nothing more will come, or the time is over. */
  void awaitEnded(Duration most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = most.toNanos();
      while (left > 0 && !closed && (segments.isEmpty() || !segments.getFirst().ended())) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all before a position is durable, nothing more will come, or the time is over. */
  void awaitFlushed(Lsn position, Duration most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = most.toNanos();
      while (left > 0
          && !closed
          && (segments.isEmpty() || segments.getLast().end().isBefore(position))) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing more will come, or the time is over. */
  void awaitClosed(Duration most) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = most.toNanos();
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until fewer bytes wait than that; whether they do in time. */
  boolean awaitRoom(long most, Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = limit.toNanos();
      while (segments.stream().mapToLong(Segment::length).sum() >= most) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
