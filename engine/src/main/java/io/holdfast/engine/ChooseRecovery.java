package io.holdfast.engine;

import io.holdfast.postgres.BackupInLog;
import io.holdfast.postgres.recovery.PlanRecovery;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.RecoveryTargetException;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.WalLog;
import io.holdfast.storage.FailureCategory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the backup with which a recovery to a target begins, and what each database needs
 * besides. What has no log comes as the backup has it.
 */
final class ChooseRecovery {
  private final Repository repository;
  private final SelectBackup.Wanted wanted;
  private final RecoveryRequest target;
  private final Surroundings surroundings;

  ChooseRecovery(
      Repository repository,
      SelectBackup.Wanted wanted,
      RecoveryRequest target,
      Surroundings surroundings) {
    this.repository = repository;
    this.wanted = wanted;
    this.target = target;
    this.surroundings = surroundings;
  }

  /**
   * What was chosen.
   *
   * @param plans of the databases, by their names
   */
  record Chosen(BackupRecord backup, Map<String, RecoveryPlan> plans) {
    Chosen {
      plans = Map.copyOf(plans);
    }
  }

  /**
   * Chooses.
   *
   * @throws RecoveryTargetException if the target cannot be reached
   * @throws RestoreException if the request makes no sense
   */
  Chosen run() {
    BackupRecord newest = SelectBackup.find(repository.backups(), wanted);
    List<String> databases = databases(newest);
    if (isSearched()) {
      new ContentGate(repository, surroundings)
          .open(
              ContentAccess.Purpose.SEARCH,
              newest,
              SelectBackup.sources(newest, wanted.sources(), wanted.types()),
              List.of());
    }
    String first = databases.getFirst();
    RecoveryPlan plan = plan(first, bases(first, newest));
    BackupRecord backup = repository.backups().find(plan.base().id());
    Map<String, RecoveryPlan> plans = new HashMap<>(Map.of(first, plan));
    for (String other : databases.subList(1, databases.size())) {
      plans.put(other, plan(other, basesIn(other, backup)));
    }
    return new Chosen(backup, plans);
  }

  private boolean isSearched() {
    return switch (target.target()) {
      case RecoveryTarget.Transaction _, RecoveryTarget.Point _ -> true;
      case RecoveryTarget.Latest _, RecoveryTarget.Time _, RecoveryTarget.Position _ -> false;
    };
  }

  private List<String> databases(BackupRecord newest) {
    List<String> names =
        SelectBackup.sources(newest, wanted.sources(), wanted.types()).stream()
            .filter(source -> source.type() == SourceType.DATABASE)
            .map(SourceRecord::name)
            .toList();
    if (names.isEmpty()) {
      throw new RestoreException(
          FailureCategory.USAGE,
          "only databases are recovered to a moment between backups, and none is asked for",
          "leave out --at, or name a database with --source");
    }
    boolean shared =
        target.timeline() == null
            && (target.target() instanceof RecoveryTarget.Time
                || target.target() instanceof RecoveryTarget.Latest);
    if (names.size() > 1 && !shared) {
      throw new RestoreException(
          FailureCategory.USAGE,
          target.target() + " is one of a single database, and the backup holds " + names.size(),
          "name it with --source, one of " + String.join(", ", names));
    }
    return names;
  }

  /** The backups of a database, by its logs: after an upgrade it has another one. */
  private Map<WalLog, List<BasePoint>> bases(String database, BackupRecord newest) {
    if (!wanted.backup().equals(SelectBackup.LATEST)) {
      return basesIn(database, newest);
    }
    Map<WalLog, List<BasePoint>> bases = new HashMap<>();
    try (Stream<BackupRecord> backups = repository.backups().stream()) {
      backups
          .filter(backup -> SelectBackup.fits(backup, wanted))
          .forEach(backup -> add(bases, database, backup));
    }
    return bases;
  }

  private static Map<WalLog, List<BasePoint>> basesIn(String database, BackupRecord backup) {
    Map<WalLog, List<BasePoint>> bases = new HashMap<>();
    add(bases, database, backup);
    return bases;
  }

  private static void add(
      Map<WalLog, List<BasePoint>> bases, String database, BackupRecord backup) {
    for (BackupInLog in : BackupInLog.of(backup)) {
      if (in.log().source().equals(database)) {
        bases.computeIfAbsent(in.log(), log -> new ArrayList<>()).add(in.base());
      }
    }
  }

  /** In the newest log that has the target. */
  private RecoveryPlan plan(String database, Map<WalLog, List<BasePoint>> bases) {
    Comparator<Map.Entry<WalLog, List<BasePoint>>> byNewest =
        Comparator.comparing(
            is ->
                is.getValue().stream()
                    .map(BasePoint::stopped)
                    .max(Comparator.naturalOrder())
                    .orElseThrow());
    RecoveryTargetException failure = null;
    for (Map.Entry<WalLog, List<BasePoint>> log :
        bases.entrySet().stream().sorted(byNewest.reversed()).toList()) {
      try {
        return new PlanRecovery(repository.logs().open(log.getKey()), log.getValue()).plan(target);
      } catch (RecoveryTargetException e) {
        failure = first(failure, e);
        if (target.target() instanceof RecoveryTarget.Latest) {
          break; // an older cluster is not what is meant
        }
      }
    }
    throw failure != null
        ? failure
        : new RestoreException(
            FailureCategory.UNSUPPORTED,
            "the backups of " + database + " do not say where in its log they stop",
            "make a new backup, and recover from that");
  }

  private static RecoveryTargetException first(
      @Nullable RecoveryTargetException before, RecoveryTargetException now) {
    return Objects.requireNonNullElse(before, now);
  }
}
