package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

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
    Collection<NewestLease> sessions = NewestLease.list(store);
    Instant now = store.now();
    sessions.forEach(newest -> endOrNote(newest, now));
  }

  private void endOrNote(NewestLease newest, Instant now) {
    try {
      endIfDead(newest, now);
    } catch (ObjectNotFoundException e) {
      return; // it was renewed or ended since the listing
    } catch (CorruptObjectException | UnsupportedFormatException e) {
      notes.warn(e.getMessage() + "; so session " + newest.session() + " was left as it is");
    } catch (StorageException e) {
      if (e.category() == FailureCategory.INTERRUPTED) {
        throw e;
      }
      notes.warn(
          "what is left of session %s is for the next backup to tidy up: %s"
              .formatted(newest.session(), e.getMessage()));
    }
  }

  private void endIfDead(NewestLease newest, Instant now) {
    SessionRecord session = newest.read(records);
    Optional<BackupFate> decided = BackupFate.find(store, records, session.backup());
    if (decided.isPresent() || !newest.isAlive(session, now)) {
      BackupFate fate = decided.orElseGet(() -> fence(session, newest));
      RunRecord run = run(session, newest, fate);
      records.put(ObjectKind.RUN, run.object(), run::writeTo);
      Lease.remove(store, newest.session());
    }
  }

  private BackupFate fence(SessionRecord session, NewestLease newest) {
    String reason =
        "the writer died or lost the storage: its lease ran out at "
            + newest.object().time().plus(session.lease());
    return BackupFate.decide(
        store,
        records,
        session.backup(),
        new Tombstone(newest.session(), reason, client, clock.instant()));
  }

  private RunRecord run(SessionRecord session, NewestLease newest, BackupFate fate) {
    return switch (fate) {
      case BackupFate.Made(BackupRecord record) -> RunRecord.of(record);
      case BackupFate.Buried(Tombstone tombstone) ->
          new RunRecord(
              session.run(),
              session.backup(),
              session.backup().type(),
              version,
              BackupStatus.FAILED,
              session.started(),
              newest.object().time(),
              RunRecord.millis(session.started(), newest.object().time()),
              session.client(),
              session.policy(),
              null,
              newest.session(),
              0,
              tombstone.reason());
    };
  }
}
