package io.holdfast.engine;

import io.holdfast.postgres.BackupInLog;
import io.holdfast.postgres.recovery.PlanRecovery;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.RecoveryTargetException;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.window.ArchivedLog;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
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
  private final Map<WalLog, ArchivedLog> logs = new HashMap<>();

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

  /** A backup to whose own end its databases recover. */
  static Chosen ofBackup(Repository repository, BackupRecord backup) {
    Map<String, RecoveryPlan> plans = new HashMap<>();
    for (BackupInLog in : BackupInLog.of(backup)) {
      plans.put(
          in.log().source(), RecoveryPlan.toTheBackup(repository.logs().open(in.log()), in.base()));
    }
    return new Chosen(backup, plans);
  }

  /**
   * From each backup of a database to the end of its log, the newest first.
   *
   * @param timeline on the way to which they lie; null for the newest
   * @throws RecoveryTargetException if there is none
   */
  static List<RecoveryPlan> toTheEnds(
      Repository repository,
      String database,
      @Nullable Timeline timeline,
      Surroundings surroundings) {
    ChooseRecovery choose =
        new ChooseRecovery(
            repository,
            new SelectBackup.Wanted(SelectBackup.LATEST, "", List.of(database), Set.of()),
            new RecoveryRequest(new RecoveryTarget.Latest(), true, timeline),
            surroundings);
    Map.Entry<WalLog, List<BasePoint>> newest = bases(database, choose.candidates()).firstEntry();
    return newest == null
        ? List.of()
        : new PlanRecovery(choose.log(newest.getKey()), newest.getValue()).toTheEnds(timeline);
  }

  /**
   * Chooses.
   *
   * @throws RecoveryTargetException if the target cannot be reached
   * @throws RestoreException if the request makes no sense
   */
  Chosen run() {
    List<Candidate> candidates = candidates();
    List<String> names = candidates.getFirst().databases();
    if (isSearched()) {
      BackupRecord newest = repository.backups().find(candidates.getFirst().id());
      new ContentGate(repository, surroundings)
          .open(
              ContentAccess.Purpose.SEARCH,
              newest,
              SelectBackup.sources(newest, wanted.sources(), wanted.types()),
              List.of());
    }
    if (names.size() == 1) {
      RecoveryPlan plan = plan(names.getFirst(), candidates);
      return new Chosen(
          repository.backups().find(plan.base().id()), Map.of(names.getFirst(), plan));
    }
    return together(candidates);
  }

  private boolean isSearched() {
    return switch (target.target()) {
      case RecoveryTarget.Transaction _, RecoveryTarget.Point _ -> true;
      case RecoveryTarget.Latest _, RecoveryTarget.Time _, RecoveryTarget.Position _ -> false;
    };
  }

  /**
   * A backup that holds what is wanted, with databases in it.
   *
   * @param sequence orders backups
   * @param databases names of those that are wanted
   * @param inLogs of them, as far as the backup says
   */
  private record Candidate(
      String id, long sequence, List<String> databases, List<BackupInLog> inLogs) {}

  /** The newest first; at least one. */
  private List<Candidate> candidates() {
    List<Candidate> candidates = new ArrayList<>();
    if (wanted.backup().equals(SelectBackup.LATEST)) {
      try (Stream<BackupRecord> backups = repository.backups().stream()) {
        backups
            .filter(backup -> SelectBackup.fits(backup, wanted))
            .map(this::candidate)
            .forEach(candidates::add);
      }
      candidates.sort(Comparator.comparingLong(Candidate::sequence).reversed());
    }
    if (candidates.isEmpty()) {
      candidates.add(candidate(SelectBackup.find(repository.backups(), wanted)));
    }
    candidates.removeIf(candidate -> candidate.databases().isEmpty());
    if (candidates.isEmpty()) {
      throw new RestoreException(
          FailureCategory.USAGE,
          "only databases are recovered to a moment between backups, and none is asked for",
          "leave out --at, or name a database with --source");
    }
    requireShared(candidates.getFirst().databases());
    return candidates;
  }

  private Candidate candidate(BackupRecord backup) {
    List<String> names =
        backup.sources().stream()
            .filter(source -> source.type() == SourceType.DATABASE)
            .map(SourceRecord::name)
            .filter(name -> wanted.sources().isEmpty() || wanted.sources().contains(name))
            .filter(
                name -> wanted.types().isEmpty() || wanted.types().contains(SourceType.DATABASE))
            .toList();
    List<BackupInLog> inLogs =
        BackupInLog.of(backup).stream().filter(in -> names.contains(in.log().source())).toList();
    return new Candidate(backup.id().value(), backup.sequence(), names, inLogs);
  }

  private void requireShared(List<String> names) {
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
  }

  /** The newest backup from which all its databases reach the target. */
  private Chosen together(List<Candidate> candidates) {
    RecoveryTargetException failure = null;
    for (Candidate candidate : candidates) {
      try {
        Map<String, RecoveryPlan> plans = new HashMap<>();
        for (String name : candidate.databases()) {
          plans.put(name, plan(name, List.of(candidate)));
        }
        return new Chosen(repository.backups().find(candidate.id()), plans);
      } catch (RecoveryTargetException e) {
        failure = e; // of the oldest: that is where the past begins
      }
    }
    throw Objects.requireNonNull(failure);
  }

  /** In the newest log that has the target; after an upgrade a database has another one. */
  private RecoveryPlan plan(String database, List<Candidate> candidates) {
    SequencedMap<WalLog, List<BasePoint>> bases = bases(database, candidates);
    RecoveryTargetException failure = null;
    for (Map.Entry<WalLog, List<BasePoint>> log : bases.entrySet()) {
      try {
        return new PlanRecovery(log(log.getKey()), log.getValue()).plan(target);
      } catch (RecoveryTargetException e) {
        failure = failure == null ? e : failure;
        if (!(target.target() instanceof RecoveryTarget.Time)) {
          break; // a position or a name of an older cluster is not what is meant
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

  /** By the logs in which they are, the newest first. */
  private static SequencedMap<WalLog, List<BasePoint>> bases(
      String database, List<Candidate> candidates) {
    SequencedMap<WalLog, List<BasePoint>> bases = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      for (BackupInLog in : candidate.inLogs()) {
        if (in.log().source().equals(database)) {
          bases.computeIfAbsent(in.log(), log -> new ArrayList<>()).add(in.base());
        }
      }
    }
    return bases;
  }

  private ArchivedLog log(WalLog log) {
    return logs.computeIfAbsent(log, key -> ArchivedLog.read(repository.logs().open(key)));
  }
}
