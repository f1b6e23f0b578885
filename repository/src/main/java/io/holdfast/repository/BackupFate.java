package io.holdfast.repository;

import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.PutOutcome;
import java.util.Optional;

/**
 * What stands under the name of a backup, for good: whichever of the two was put first;
 * docs/repository-format.md section 13.
 */
sealed interface BackupFate {
  /** It was committed. */
  record Made(BackupRecord record) implements BackupFate {}

  /** It will never be. */
  record Buried(Tombstone tombstone) implements BackupFate {}

  /**
   * What was decided so far.
   *
   * @throws CorruptObjectException when that is damaged
   */
  static Optional<BackupFate> find(ObjectStore store, Records records, BackupName backup) {
    byte[] object;
    try {
      object = ObjectKind.BACKUP.read(store, backup.object());
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
    return Optional.of(open(records, backup, object));
  }

  /** Sees to it that nothing can make the backup exist any more, unless it does already. */
  static BackupFate decide(
      ObjectStore store, Records records, BackupName backup, Tombstone tombstone) {
    if (records.put(ObjectKind.TOMBSTONE, backup.object(), tombstone::writeTo)
        == PutOutcome.CREATED) {
      return new Buried(tombstone);
    }
    return open(records, backup, ObjectKind.BACKUP.read(store, backup.object()));
  }

  private static BackupFate open(Records records, BackupName backup, byte[] object) {
    return records.kindOf(backup.object(), object) == ObjectKind.TOMBSTONE
        ? new Buried(records.open(ObjectKind.TOMBSTONE, backup.object(), object, Tombstone::read))
        : new Made(records.open(ObjectKind.BACKUP, backup.object(), object, BackupRecord::read));
  }
}
