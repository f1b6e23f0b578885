package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Finds the backups that are being made: those of sessions that are alive, whose fate is not
 * decided. Reads one small object of each session and changes nothing. A writer that died counts
 * until its lease runs out, since nobody can know better.
 */
final class FindRunningBackups {
  private final ObjectStore store;
  private final Records records;
  private final Clock clock;
  private final DamageNotes notes;

  FindRunningBackups(ObjectStore store, Records records, Clock clock, DamageNotes notes) {
    this.store = store;
    this.records = records;
    this.clock = clock;
    this.notes = notes;
  }

  /** In order of their start. */
  List<RunningBackup> run() {
    Collection<NewestLease> sessions = NewestLease.list(store);
    if (sessions.isEmpty()) {
      return List.of();
    }
    Instant now = now();
    List<RunningBackup> running = new ArrayList<>();
    for (NewestLease newest : sessions) {
      try {
        SessionRecord session = newest.read(records);
        if (newest.isAlive(session, now) && store.stat(session.backup().object()).isEmpty()) {
          running.add(running(session));
        }
      } catch (ObjectNotFoundException _) {
        // It was renewed or ended since the listing; the next look tells.
      } catch (CorruptObjectException | UnsupportedFormatException e) {
        notes.warn(e.getMessage() + "; session " + newest.session() + " was passed over");
      }
    }
    running.sort(Comparator.comparing(RunningBackup::started));
    return running;
  }

  /** Asking a directory for its clock takes a right to write, which who lists need not have. */
  private Instant now() {
    try {
      return store.now();
    } catch (StorageException e) {
      if (e.category() == FailureCategory.INTERRUPTED) {
        throw e;
      }
      return clock.instant();
    }
  }

  private static RunningBackup running(SessionRecord session) {
    return new RunningBackup(
        session.backup(),
        Objects.requireNonNullElse(session.policy(), ""),
        Objects.requireNonNullElse(session.client(), ""),
        session.started());
  }
}
