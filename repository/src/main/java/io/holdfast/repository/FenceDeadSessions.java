package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.PutOutcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Ends sessions whose lease ran out, by the storage's clock: a tombstone takes the place of their
 * backup, unless that was committed; a failed run is recorded; their objects are removed. Harmless
 * to repeat, and for several to do at once; docs/repository-format.md section 13.
 */
final class FenceDeadSessions {
  private final ObjectStore store;
  private final Records records;
  private final Clock clock;
  private final RandomGenerator random;
  private final String client;
  private final String version;

  FenceDeadSessions(
      ObjectStore store,
      Records records,
      Clock clock,
      RandomGenerator random,
      String client,
      String version) {
    this.store = store;
    this.records = records;
    this.clock = clock;
    this.random = random;
    this.client = client;
    this.version = version;
  }

  /** Fences all dead sessions and returns how many there were. */
  int run() {
    Map<String, ObjectStat> newest = new HashMap<>();
    try (Stream<ObjectStat> objects = store.list(Lease.PREFIX)) {
      objects.forEach(
          object ->
              newest.merge(
                  sessionOf(object.name()),
                  object,
                  (a, b) -> numberOf(a.name()) > numberOf(b.name()) ? a : b));
    }
    Instant now = store.now();
    int fenced = 0;
    for (ObjectStat object : newest.values()) {
      if (fenceIfDead(object, now)) {
        fenced++;
      }
    }
    return fenced;
  }

  private boolean fenceIfDead(ObjectStat newest, Instant now) {
    SessionRecord session;
    try {
      session = records.get(ObjectKind.SESSION, newest.name(), SessionRecord.class);
    } catch (ObjectNotFoundException e) {
      return false; // it was renewed or ended since the listing
    } catch (CorruptObjectException e) {
      return false; // it cannot be told how long it lives; verification names it
    }
    if (now.isBefore(newest.time().plus(Duration.ofSeconds(session.leaseSeconds())))) {
      return false;
    }
    fence(session, newest);
    return true;
  }

  private static String sessionOf(ObjectName name) {
    String parent = name.parent();
    return parent.substring(parent.lastIndexOf('/') + 1);
  }

  private static long numberOf(ObjectName name) {
    try {
      return Long.parseLong(name.last());
    } catch (NumberFormatException e) {
      return -1; // no session object: older than all of them
    }
  }

  private void fence(SessionRecord session, ObjectStat newest) {
    String reason = "its lease ran out at " + newest.time().plusSeconds(session.leaseSeconds());
    Tombstone tombstone = new Tombstone(session.session(), reason, client, clock.instant());
    ObjectName backup = session.backup().object();
    PutOutcome outcome = records.put(ObjectKind.TOMBSTONE, backup, tombstone);
    boolean committed =
        outcome == PutOutcome.EXISTS
            && records.kindOf(backup, ObjectKind.BACKUP.read(store, backup)) == ObjectKind.BACKUP;
    if (!committed) {
      recordFailure(session, newest, reason);
    }
    Lease.remove(store, session.session());
  }

  private void recordFailure(SessionRecord session, ObjectStat newest, String reason) {
    String id = RandomId.next(random).toString();
    RunRecord run =
        new RunRecord(
            id,
            session.backup(),
            session.backup().type(),
            version,
            BackupStatus.FAILED,
            session.clientTime(),
            newest.time(),
            Math.max(0, Duration.between(session.clientTime(), newest.time()).toMillis()),
            session.client(),
            session.policy(),
            null,
            session.session(),
            0,
            "the writer died or lost the storage: " + reason);
    records.put(ObjectKind.RUN, ObjectName.of("runs/" + id), run);
  }
}
