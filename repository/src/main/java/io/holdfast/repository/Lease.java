package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session alive: puts its next object when a third of the lease of the last one is over,
 * and again, after growing pauses, while the storage fails and there is time left. The time left is
 * judged from before the last put that succeeded was sent, so the storage never sees less of it.
 * Ends the session when none is left, or when another writer fenced it. Thread-safe;
 * docs/repository-format.md section 13.
 */
final class Lease implements AutoCloseable {
  static final String PREFIX = "sessions/";

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final ObjectStore store;
  private final Records records;
  private final SessionRecord first;
  private final Clock clock;
  private final LeaseTimer timer;
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  /** Until when others take this writer for alive, by the timer. */
  private volatile long end;

  /** What the last attempt to renew failed with. */
  private volatile @Nullable HoldfastException obstacle;

  /** Failed attempts since the last that succeeded. */
  private int failures;

  /** Each attempt has a number of its own: of one that failed, nobody knows when it was stored. */
  private long next;

  /** Of the last object that is known to be stored. */
  private long newest;

  /** Those below it are deleted. */
  private long oldest;

  private Lease(
      ObjectStore store, Records records, SessionRecord first, Clock clock, LeaseTimer timer) {
    this.store = store;
    this.records = records;
    this.first = first;
    this.clock = clock;
    this.timer = timer;
  }

  /**
   * Puts the first session object and starts to renew it.
   *
   * @param timer is closed with the lease
   */
  static Lease start(
      ObjectStore store, Records records, SessionRecord first, Clock clock, LeaseTimer timer) {
    Lease lease = new Lease(store, records, first, clock, timer);
    try {
      lease.put();
    } catch (RuntimeException e) {
      timer.close();
      throw e;
    }
    timer.schedule(lease.period(), lease::renewInTurn);
    return lease;
  }

  static ObjectName objectName(String session, long number) {
    return ObjectName.of(PREFIX + session + "/" + number);
  }

  private Duration period() {
    return first.lease().dividedBy(3);
  }

  private synchronized void put() {
    long number = next++;
    SessionRecord record =
        new SessionRecord(
            first.session(),
            first.run(),
            number,
            first.backup(),
            first.bases(),
            first.leaseSeconds(),
            first.policy(),
            first.client(),
            clock.instant());
    long sent = timer.nanos();
    records.put(ObjectKind.SESSION, objectName(first.session(), number), record::writeTo);
    end = sent + first.lease().toNanos();
    deleteBelow(newest);
    newest = number;
    failures = 0;
    obstacle = null;
  }

  /**
   * The last but one stays, for who has just listed it. What cannot be deleted now is deleted by
   * the next renewal, or at the end.
   */
  private void deleteBelow(long number) {
    try {
      for (; oldest < number; oldest++) {
        store.delete(objectName(first.session(), oldest));
      }
    } catch (StorageException e) {
      return;
    }
  }

  private void renewInTurn() {
    try {
      timer.schedule(tryToRenew() ? period() : pause(), this::renewInTurn);
    } catch (RuntimeException e) {
      end(e);
    }
  }

  /**
   * One attempt.
   *
   * @return false when a passing fault of the storage stood in the way
   * @throws RuntimeException what ended the lease
   */
  private synchronized boolean tryToRenew() {
    check();
    try {
      requireNotFenced();
      put();
      return true;
    } catch (HoldfastException e) {
      if (e.category() != FailureCategory.UNAVAILABLE) {
        throw end(e);
      }
      failures++;
      obstacle = e;
      return false;
    }
  }

  private void requireNotFenced() {
    if (BackupFate.find(store, records, first.backup()).orElse(null)
        instanceof BackupFate.Buried(Tombstone tombstone)) {
      throw new FencedException(first.backup(), tombstone.fencedBy());
    }
  }

  /** Longer after each failure, but short against the lease, and not beyond its end. */
  private synchronized Duration pause() {
    Duration shortest = min(FIRST_PAUSE, first.lease().dividedBy(60));
    Duration longest = min(LONGEST_PAUSE, first.lease().dividedBy(10));
    Duration pause = min(shortest.multipliedBy(1L << Math.clamp(failures - 1, 0, 10)), longest);
    return min(pause, Duration.ofNanos(Math.max(0, end - timer.nanos())));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Throws what ended the lease. */
  void check() {
    RuntimeException e = failure.get();
    if (e == null && timer.nanos() - end >= 0) {
      e = end(expired());
    }
    if (e != null) {
      throw e;
    }
  }

  /** Why a lease that ran out did so: most likely somebody noticed and fenced it. */
  private RuntimeException expired() {
    HoldfastException cause = obstacle;
    try {
      requireNotFenced();
    } catch (FencedException e) {
      return e;
    } catch (HoldfastException e) {
      cause = e;
    }
    return new LeaseExpiredException(first.backup(), first.lease(), cause);
  }

  /** The first failure is the one that counts. */
  private RuntimeException end(RuntimeException e) {
    failure.compareAndSet(null, e);
    return Objects.requireNonNull(failure.get());
  }

  /**
   * Renews now, as often as it takes, and returns the storage's time of it.
   *
   * @throws RuntimeException what ended the lease
   */
  Instant renewNow() {
    while (!tryToRenew()) {
      try {
        timer.pause(pause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancelledException("the backup");
      }
    }
    return store
        .stat(objectName(first.session(), newest()))
        .map(ObjectStat::time)
        .orElseGet(store::now);
  }

  private synchronized long newest() {
    return newest;
  }

  /** Stops renewing. The session's objects stay, so that the lease runs out by itself. */
  @Override
  public void close() {
    timer.close();
  }

  /** Removes a session's objects, once its backup's fate is decided. */
  static void remove(ObjectStore store, String session) {
    try (Stream<ObjectStat> objects = store.list(PREFIX + session + "/")) {
      objects.map(ObjectStat::name).filter(NameForm.SESSION::fits).toList().forEach(store::delete);
    }
  }
}
