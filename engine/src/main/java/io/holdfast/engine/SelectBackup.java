package io.holdfast.engine;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Backups;
import io.holdfast.repository.RepositoryException;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds the backup and the sources in it that somebody means. */
final class SelectBackup {
  /** The word for the newest backup that holds what is asked for. */
  static final String LATEST = "latest";

  /** How many backups that cannot be read a message names. */
  private static final int NAMED = 5;

  private SelectBackup() {}

  /**
   * What is asked for.
   *
   * @param backup {@code latest}, an id, or the beginning of one
   * @param policy the backup is one of this policy; empty: of any
   * @param sources names that it holds; empty: any
   * @param types of which it holds sources; empty: any
   */
  record Wanted(String backup, String policy, Collection<String> sources, Set<SourceType> types) {}

  /**
   * The backup with this id or beginning of an id, or the newest that holds what is wanted.
   *
   * @throws RestoreException when there is none, none whose record can be read, or it is of another
   *     policy
   * @throws UnknownNameException when no backup has such a policy or source
   * @throws io.holdfast.repository.BackupNotFoundException when none, or more than one, is meant
   */
  static BackupRecord find(Backups backups, Wanted wanted) {
    return wanted.backup.equals(LATEST) ? latest(backups, wanted) : named(backups, wanted);
  }

  private static BackupRecord named(Backups backups, Wanted wanted) {
    BackupRecord backup = backups.find(wanted.backup);
    if (!isOf(wanted.policy, backup)) {
      throw new RestoreException(
          FailureCategory.USAGE,
          "backup "
              + backup.id()
              + " is one of policy '"
              + backup.policy()
              + "', not of '"
              + wanted.policy
              + "'",
          "leave out --policy, or choose another backup");
    }
    return backup;
  }

  private static BackupRecord latest(Backups backups, Wanted wanted) {
    return backups
        .latest(backup -> fits(backup, wanted))
        .orElseThrow(() -> missing(backups, wanted));
  }

  /** Whether a backup is of the policy and holds what is wanted, whichever it is. */
  static boolean fits(BackupRecord backup, Wanted wanted) {
    return isOf(wanted.policy, backup) && holds(backup, wanted);
  }

  private static boolean isOf(String policy, BackupRecord backup) {
    return policy.isEmpty() || policy.equals(backup.policy());
  }

  private static boolean holds(BackupRecord backup, Wanted wanted) {
    Set<String> names = new HashSet<>();
    Set<SourceType> types = new HashSet<>();
    for (SourceRecord source : backup.sources()) {
      names.add(source.name());
      if (wanted.sources.isEmpty() || wanted.sources.contains(source.name())) {
        types.add(source.type());
      }
    }
    return names.containsAll(wanted.sources) && types.containsAll(wanted.types);
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

  private static HoldfastException missing(Backups backups, Wanted wanted) {
    List<BackupRecord> all = backups.list();
    if (all.isEmpty()) {
      return none(backups.unreadable());
    }
    Set<String> policies = new TreeSet<>();
    Set<String> sources = new TreeSet<>();
    for (BackupRecord backup : all) {
      policies.add(backup.policy());
      if (isOf(wanted.policy, backup)) {
        backup.sources().forEach(source -> sources.add(source.name()));
      }
    }
    if (sources.isEmpty()) {
      return UnknownNameException.inRepository("backup of policy", wanted.policy, policies);
    }
    for (String name : wanted.sources) {
      if (!sources.contains(name)) {
        return UnknownNameException.inRepository("source", name, sources);
      }
    }
    return new RestoreException(
        FailureCategory.NOT_FOUND,
        "no backup holds all that was asked for together",
        "its backups hold " + String.join(", ", sources) + "; see: holdfast backups --json");
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
