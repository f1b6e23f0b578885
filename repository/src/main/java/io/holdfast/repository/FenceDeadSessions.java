package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Ends sessions whose lease ran out, by the storage's clock: a tombstone takes the place of their
 * backup, unless that was committed. Then, and wherever a writer did not come to it, the run is
 * recorded under the id that the attempt has, and the session's objects are removed. Harmless to
 * repeat, and for several to do at once; docs/repository-format.md section 13.
 */
final class FenceDeadSessions {
  private final ObjectStore store;
  private final Records records;
  private final Clock clock;
  private final DamageNotes notes;
  private final String client;
  private final String version;

  /** The newest object of a session. */
  private record Newest(String session, long number, ObjectStat object) {
    static Newest of(ObjectStat object) {
      String session = object.name().parent().substring(Lease.PREFIX.length());
      return new Newest(session, Long.parseLong(object.name().last()), object);
    }

    static Newest later(Newest a, Newest b) {
      return a.number > b.number ? a : b;
    }
  }

  /**
   * @param notes are told of sessions that are left as they are, since something is damaged or the
   *     storage failed
   */
  FenceDeadSessions(
      ObjectStore store,
      Records records,
      Clock clock,
      DamageNotes notes,
      String client,
      String version) {
    this.store = store;
    this.records = records;
    this.clock = clock;
    this.notes = notes;
    this.client = client;
    this.version = version;
  }

  /** Fences all dead sessions, and tidies up after all whose backup's fate is decided. */
  void run() {
    Map<String, Newest> sessions = new HashMap<>();
    try (Stream<ObjectStat> objects = NameForm.SESSION.list(store)) {
      objects
          .map(Newest::of)
          .forEach(newest -> sessions.merge(newest.session, newest, Newest::later));
    }
    Instant now = store.now();
    sessions.values().forEach(newest -> endOrNote(newest, now));
  }

  private void endOrNote(Newest newest, Instant now) {
    try {
      endIfDead(newest, now);
    } catch (ObjectNotFoundException e) {
      return; // it was renewed or ended since the listing
    } catch (CorruptObjectException | UnsupportedFormatException e) {
      notes.warn(e.getMessage() + "; so session " + newest.session + " was left as it is");
    } catch (StorageException e) {
      if (e.category() == FailureCategory.INTERRUPTED) {
        throw e;
      }
      notes.warn(
          "what is left of session %s is for the next backup to tidy up: %s"
              .formatted(newest.session, e.getMessage()));
    }
  }

  private void endIfDead(Newest newest, Instant now) {
    ObjectName name = newest.object.name();
    SessionRecord session = records.get(ObjectKind.SESSION, name, SessionRecord.class);
    if (!session.session().equals(newest.session)) {
      throw new CorruptObjectException(name.value(), "it is of session " + session.session());
    }
    Optional<BackupFate> decided = BackupFate.find(store, records, session.backup());
    if (decided.isPresent() || !isAlive(session, newest, now)) {
      BackupFate fate = decided.orElseGet(() -> fence(session, newest));
      RunRecord run = run(session, newest, fate);
      records.put(ObjectKind.RUN, run.object(), run);
      Lease.remove(store, newest.session);
    }
  }

  private static boolean isAlive(SessionRecord session, Newest newest, Instant now) {
    return Duration.between(newest.object.time(), now).compareTo(session.lease()) < 0;
  }

  private BackupFate fence(SessionRecord session, Newest newest) {
    String reason =
        "the writer died or lost the storage: its lease ran out at "
            + newest.object.time().plus(session.lease());
    return BackupFate.decide(
        store,
        records,
        session.backup(),
        new Tombstone(newest.session, reason, client, clock.instant()));
  }

  private RunRecord run(SessionRecord session, Newest newest, BackupFate fate) {
    return switch (fate) {
      case BackupFate.Made(BackupRecord record) -> RunRecord.of(record);
      case BackupFate.Buried(Tombstone tombstone) ->
          new RunRecord(
              session.run(),
              session.backup(),
              session.backup().type(),
              version,
              BackupStatus.FAILED,
              session.clientTime(),
              newest.object.time(),
              RunRecord.millis(session.clientTime(), newest.object.time()),
              session.client(),
              session.policy(),
              null,
              newest.session,
              0,
              tombstone.reason());
    };
  }
}
