package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.PutOutcome;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to make a backup: its names, fixed when it starts, and its end, after which there is
 * a backup record or a tombstone, one run, and no session object. Not thread-safe;
 * docs/repository-format.md section 13.
 */
final class Attempt {
  private final ObjectStore store;
  private final Records records;
  private final DamageNotes notes;
  private final Lease lease;
  private final Identity identity;
  private final BackupPlan plan;
  private final Clock clock;
  private @Nullable BackupRecord committed;

  /** Who writes what, fixed when the attempt starts. */
  record Identity(
      BackupName backup,
      String session,
      String run,
      String client,
      String version,
      String epoch,
      Instant started) {}

  /**
   * @param notes are told of what is left to the next backup to tidy up
   * @param lease of this attempt, which is alive
   */
  Attempt(
      ObjectStore store,
      Records records,
      DamageNotes notes,
      Lease lease,
      Identity identity,
      BackupPlan plan,
      Clock clock) {
    this.store = store;
    this.records = records;
    this.notes = notes;
    this.lease = lease;
    this.identity = identity;
    this.plan = plan;
    this.clock = clock;
  }

  Identity identity() {
    return identity;
  }

  BackupPlan plan() {
    return plan;
  }

  Lease lease() {
    return lease;
  }

  /**
   * Makes the backup exist. When this fails, it may exist all the same; {@link #end} tells.
   *
   * @throws FencedException when another writer declared this one dead
   */
  void commit(BackupRecord record) {
    if (records.put(ObjectKind.BACKUP, identity.backup().object(), record::writeTo)
        == PutOutcome.EXISTS) {
      BackupFate.find(store, records, identity.backup()).ifPresent(this::requireOwn);
    }
    committed = record;
  }

  /** A put that was repeated after an unclear failure finds its own record; that is success. */
  private void requireOwn(BackupFate fate) {
    switch (fate) {
      case BackupFate.Buried(Tombstone tombstone) ->
          throw new FencedException(identity.backup(), tombstone.fencedBy());
      case BackupFate.Made(BackupRecord found) -> {
        if (!isOwn(found)) {
          throw new RepositoryException(
              FailureCategory.CONFLICT,
              "backup " + identity.backup() + " was made by another session",
              "Run the backup again.");
        }
      }
    }
  }

  private boolean isOwn(BackupRecord record) {
    return record.session().equals(identity.session());
  }

  /**
   * Ends the attempt, also when the thread was interrupted: unless the backup exists, nothing can
   * make it exist any more, and the run is recorded as failed. A backup that exists is none the
   * less so when its run cannot be recorded; that is noted, and the next backup does it.
   *
   * @param error one line, without secrets
   * @return the backup, if it exists
   * @throws RuntimeException when it does not, or nobody knows, and that could not be recorded
   */
  Optional<BackupRecord> end(String error, long storedBytes) {
    boolean interrupted = Thread.interrupted();
    try {
      lease.close();
      BackupRecord record = committed == null ? bury(error) : committed;
      if (record == null) {
        settle(failedRun(error, storedBytes));
      } else {
        settleOrNote(record);
      }
      return Optional.ofNullable(record);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends the attempt because of a failure, which is to be thrown by the caller. */
  void giveUp(Throwable failure) {
    try {
      end(Objects.requireNonNullElse(failure.getMessage(), failure.toString()), 0);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Sees to it that nothing can make this backup exist any more.
   *
   * @return the record, when the commit took effect although it seemed to fail
   */
  private @Nullable BackupRecord bury(String error) {
    Tombstone tombstone =
        new Tombstone(identity.session(), error, identity.client(), clock.instant());
    BackupFate fate = BackupFate.decide(store, records, identity.backup(), tombstone);
    return fate instanceof BackupFate.Made(BackupRecord record) && isOwn(record) ? record : null;
  }

  private void settle(RunRecord run) {
    records.put(ObjectKind.RUN, run.object(), run::writeTo);
    Lease.remove(store, identity.session());
  }

  private void settleOrNote(BackupRecord record) {
    try {
      settle(RunRecord.of(record));
    } catch (RuntimeException e) {
      notes.warn(
          "backup %s is complete, but its run could not be recorded or its session not be removed; the next backup does that: %s"
              .formatted(identity.backup(), e.getMessage()));
    }
  }

  private RunRecord failedRun(String error, long storedBytes) {
    Instant now = clock.instant();
    return new RunRecord(
        identity.run(),
        identity.backup(),
        plan.type(),
        identity.version(),
        BackupStatus.FAILED,
        identity.started(),
        now,
        RunRecord.millis(identity.started(), now),
        identity.client(),
        plan.policy(),
        plan.environment(),
        identity.session(),
        storedBytes,
        error);
  }
}
