package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session alive: puts its next object well before the lease of the last one runs out. Stops
 * the session when that is not possible or when it was fenced; docs/repository-format.md section
 * 13.
 */
final class Lease implements AutoCloseable {
  static final String PREFIX = "sessions/";

  private final ObjectStore store;
  private final Records records;
  private final SessionRecord first;
  private final Clock clock;
  private final ScheduledExecutorService renewal =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("lease").factory());
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private long number;

  private Lease(ObjectStore store, Records records, SessionRecord first, Clock clock) {
    this.store = store;
    this.records = records;
    this.first = first;
    this.clock = clock;
  }

  /** Puts the first session object and starts to renew it. */
  static Lease start(ObjectStore store, Records records, SessionRecord first, Clock clock) {
    Lease lease = new Lease(store, records, first, clock);
    lease.put(0);
    long period = Math.max(1, Duration.ofSeconds(first.leaseSeconds()).toMillis() / 3);
    var _ =
        lease.renewal.scheduleWithFixedDelay(
            lease::tryRenew, period, period, TimeUnit.MILLISECONDS);
    return lease;
  }

  static ObjectName objectName(String session, long number) {
    return ObjectName.of(PREFIX + session + "/" + number);
  }

  private void put(long nextNumber) {
    SessionRecord record =
        new SessionRecord(
            first.session(),
            first.run(),
            nextNumber,
            first.backup(),
            first.bases(),
            first.leaseSeconds(),
            first.policy(),
            first.client(),
            clock.instant());
    records.put(ObjectKind.SESSION, objectName(first.session(), nextNumber), record);
    number = nextNumber;
  }

  private void tryRenew() {
    try {
      renew();
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
      renewal.shutdown();
    }
  }

  private synchronized void renew() {
    if (store.stat(first.backup().object()).isPresent()) {
      throw new FencedException(first.backup(), "another writer");
    }
    put(number + 1);
    if (number > 1) {
      store.delete(objectName(first.session(), number - 2));
    }
  }

  /** Throws what ended the lease. */
  void check() {
    RuntimeException e = failure.get();
    if (e != null) {
      throw e;
    }
  }

  /** Renews now and returns the storage's time of it. */
  synchronized Instant renewNow() {
    check();
    renew();
    return store
        .stat(objectName(first.session(), number))
        .map(ObjectStat::time)
        .orElseGet(store::now);
  }

  /** Stops renewing. The session's objects stay, so that the lease runs out by itself. */
  @Override
  public void close() {
    renewal.shutdownNow();
    renewal.close();
  }

  /** Removes a session's objects, once its backup's fate is decided. */
  static void remove(ObjectStore store, String session) {
    try (Stream<ObjectStat> objects = store.list(PREFIX + session + "/")) {
      objects.map(ObjectStat::name).toList().forEach(store::delete);
    }
  }
}
