package io.holdfast.engine;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Backups;
import io.holdfast.repository.RepositoryException;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.storage.FailureCategory;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the backup and the sources in it that somebody means. */
final class SelectBackup {
  /** The word for the newest backup. */
  static final String LATEST = "latest";

  /** How many backups that cannot be read a message names. */
  private static final int NAMED = 5;

  private SelectBackup() {}

  /**
   * The newest backup, or the one with this id or beginning of an id.
   *
   * @throws RestoreException when there is none at all, or none whose record can be read
   * @throws io.holdfast.repository.BackupNotFoundException when none, or more than one, is meant
   */
  static BackupRecord find(Backups backups, String which) {
    if (!which.equals(LATEST)) {
      return backups.find(which);
    }
    return backups.latest(_ -> true).orElseThrow(() -> none(backups.unreadable()));
  }

  private static RestoreException none(List<Backups.Unreadable> unreadable) {
    if (unreadable.isEmpty()) {
      return new RestoreException(
          FailureCategory.NOT_FOUND,
          "there is no backup in the repository",
          "make one with: holdfast backup");
    }
    // Damage is told before what only another version can read.
    RepositoryException why =
        unreadable.stream()
            .map(Backups.Unreadable::why)
            .filter(e -> e.category() == FailureCategory.CORRUPT)
            .findFirst()
            .orElse(unreadable.getFirst().why());
    String first =
        unreadable.stream()
            .limit(NAMED)
            .map(backup -> String.valueOf(backup.why().getMessage()))
            .collect(Collectors.joining("; "));
    return new RestoreException(
        why.category(),
        "none of the %d backups in the repository can be read: %s%s"
            .formatted(unreadable.size(), first, unreadable.size() > NAMED ? "; and others" : ""),
        why.hint());
  }

  /**
   * The sources of a backup with these names and of these types.
   *
   * @param names empty: all
   * @param types empty: all
   * @throws UnknownNameException when a name is not in the backup
   * @throws RestoreException when nothing is left
   */
  static List<SourceRecord> sources(
      BackupRecord backup, Collection<String> names, Set<SourceType> types) {
    List<String> known = backup.sources().stream().map(SourceRecord::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw UnknownNameException.inBackup(name, backup.id().value(), known);
      }
    }
    List<SourceRecord> chosen =
        backup.sources().stream()
            .filter(source -> names.isEmpty() || names.contains(source.name()))
            .filter(source -> types.isEmpty() || types.contains(source.type()))
            .toList();
    if (chosen.isEmpty()) {
      throw new RestoreException(
          FailureCategory.NOT_FOUND,
          "backup " + backup.id() + " holds nothing of that kind",
          "it holds " + String.join(", ", known));
    }
    return chosen;
  }
}
