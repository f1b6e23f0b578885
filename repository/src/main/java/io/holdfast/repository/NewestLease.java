package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The newest object of a session, which tells whether its writer is alive;
 * docs/repository-format.md section 12.3.
 */
record NewestLease(String session, long number, ObjectStat object) {

  /** Of each session that left objects. */
  static Collection<NewestLease> list(ObjectStore store) {
    Map<String, NewestLease> sessions = new HashMap<>();
    try (Stream<ObjectStat> objects = NameForm.SESSION.list(store)) {
      objects
          .map(NewestLease::of)
          .forEach(newest -> sessions.merge(newest.session, newest, NewestLease::later));
    }
    return sessions.values();
  }

  private static NewestLease of(ObjectStat object) {
    String session = object.name().parent().substring(Lease.PREFIX.length());
    return new NewestLease(session, Long.parseLong(object.name().last()), object);
  }

  private static NewestLease later(NewestLease a, NewestLease b) {
    return a.number > b.number ? a : b;
  }

  /**
   * What the object says.
   *
   * @throws ObjectNotFoundException when it was renewed or ended since the listing
   * @throws CorruptObjectException when it is damaged, or of another session
   */
  SessionRecord read(Records records) {
    ObjectName name = object.name();
    SessionRecord record = records.get(ObjectKind.SESSION, name, SessionRecord::read);
    if (!record.session().equals(session)) {
      throw new CorruptObjectException(name.value(), "it is of session " + record.session());
    }
    return record;
  }

  /**
   * @param now by the storage's clock
   */
  boolean isAlive(SessionRecord record, Instant now) {
    return Duration.between(object.time(), now).compareTo(record.lease()) < 0;
  }
}
