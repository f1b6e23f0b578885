package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.DatabaseReindex;
import io.holdfast.postgres.PlacedTablespace;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.storage.FailureCategory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings back what a backup holds, or parts of it, into a directory. Everything is checked before
 * anything is written; what is written was verified on the way.
 */
public final class RunRestore {
  private final Surroundings surroundings;

  public RunRestore(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * What is to be brought back, and where.
   *
   * @param backup {@code latest} for the newest that holds what is wanted, an id, or the beginning
   *     of one
   * @param policy the backup is one of this policy; empty: of any
   * @param target a directory. One source that is named goes right there, otherwise each goes into
   *     a directory of its name below
   * @param sources names of sources; empty: all
   * @param only types of sources; empty: all
   * @param paths of files within one source; empty: all
   * @param overwrite whether the targets may hold something: files of the backup replace theirs,
   *     others stay; of a database's own data directory only what differs is replaced, and what is
   *     not in the backup is removed
   * @param replace whether the data directory of another cluster may be replaced too
   * @param tablespaces where tablespaces go, as {@code oid=/place} or {@code /old/place=/place}
   * @param at what databases are to be recovered to when they are started; empty: to the end of the
   *     backup. With {@code latest} for the backup, it is the one that fits the target
   */
  public record Request(
      RepositorySettings repository,
      String backup,
      String policy,
      BytePath target,
      List<String> sources,
      Set<SourceType> only,
      List<BytePath> paths,
      boolean overwrite,
      boolean replace,
      List<String> tablespaces,
      Optional<RecoveryRequest> at) {
    public Request {
      sources = List.copyOf(sources);
      only = Set.copyOf(only);
      paths = List.copyOf(paths);
      tablespaces = List.copyOf(tablespaces);
    }

    private SelectBackup.Wanted wanted() {
      return new SelectBackup.Wanted(backup, policy, sources, only);
    }

    /** Everything of the newest backup, each source into a new directory below the target. */
    public static Request latest(RepositorySettings repository, BytePath target) {
      return new Request(
          repository,
          SelectBackup.LATEST,
          "",
          target,
          List.of(),
          Set.of(),
          List.of(),
          false,
          false,
          List.of(),
          Optional.empty());
    }
  }

  /**
   * What was brought back.
   *
   * @param backup the id of the backup
   * @param duration how long it took
   * @param warnings of damage to the repository that was got over
   */
  public record Result(
      String backup,
      Instant timestamp,
      Duration duration,
      List<Restored> sources,
      List<String> warnings) {
    /** All warnings, those of the sources too. */
    public long warningCount() {
      return warnings.size() + sources.stream().mapToLong(Restored::warningCount).sum();
    }
  }

  /**
   * One source.
   *
   * @param target where it is now
   * @param files how many files
   * @param bytes their size
   * @param fetchedBytes how much of it was fetched from the repository: less when only differences
   *     were
   * @param warnings the first of them; there are {@code warningCount}
   * @param tablespaces of a database: where they are now
   * @param reindex of a database: what to run after its first start, because this machine may sort
   *     text in another order
   * @param recovery of a database: where it will recover to when it is started, beyond the backup
   */
  public record Restored(
      String name,
      SourceType type,
      BytePath target,
      long files,
      long bytes,
      long fetchedBytes,
      List<String> warnings,
      long warningCount,
      List<PlacedTablespace> tablespaces,
      List<DatabaseReindex> reindex,
      Optional<Recovery> recovery) {}

  /**
   * Where a database will recover to, proven by reading its log up to there.
   *
   * @param lsn behind the last record that is replayed
   * @param lastCommit the time of the last commit in it, by the server's clock
   */
  public record Recovery(int timeline, String lsn, Instant lastCommit) {}

  /**
   * Restores.
   *
   * @throws RestoreException when the request makes no sense
   * @throws io.holdfast.postgres.recovery.RecoveryTargetException when there is no way to the
   *     target
   * @throws io.holdfast.storage.HoldfastException when a target may not be used or the backup is
   *     damaged
   */
  public Result run(Request request, ProgressListener progress) {
    Instant started = surroundings.clock().instant();
    try (Repository repository =
        new OpenRepository(surroundings).openToReadMuch(request.repository())) {
      ChooseRecovery.Chosen chosen = choose(repository, request);
      BackupRecord backup = chosen.backup();
      List<SourceRecord> sources = SelectBackup.sources(backup, request.sources(), request.only());
      requireSense(request, sources);
      ContentGate.Opened opened =
          new ContentGate(repository, surroundings)
              .open(
                  ContentAccess.Purpose.RESTORE,
                  backup,
                  sources,
                  request.paths().stream().map(BytePath::toString).toList());
      RestoreTargets targets = new RestoreTargets(request, repository.id(), backup.id().value());
      RestoreSource restore = new RestoreSource(request, targets, opened, chosen.plans(), progress);
      requirePossible(sources, targets, restore);
      targets.makeParents(sources);
      List<Restored> restored = new ArrayList<>();
      for (SourceRecord source : sources) {
        targets.begin(source);
        restored.add(restore.run(source));
      }
      targets.finish();
      return new Result(
          backup.id().value(),
          backup.timestamp(),
          Duration.between(started, surroundings.clock().instant()),
          restored,
          repository.warnings());
    }
  }

  private ChooseRecovery.Chosen choose(Repository repository, Request request) {
    return request
        .at()
        .map(at -> new ChooseRecovery(repository, request.wanted(), at, surroundings).run())
        .orElseGet(
            () ->
                ChooseRecovery.ofBackup(
                    repository, SelectBackup.find(repository.backups(), request.wanted())));
  }

  /** All of them are looked at before the first is written. */
  private static void requirePossible(
      List<SourceRecord> sources, RestoreTargets targets, RestoreSource restore) {
    RestorePlaces places = targets.places();
    for (SourceRecord source : sources) {
      targets.requireUsable(source, target -> restore.isUnfinished(source, target));
      places.add(source.name(), restore.check(source));
    }
  }

  private static void requireSense(Request request, List<SourceRecord> sources) {
    boolean ofDatabase = request.replace() || !request.tablespaces().isEmpty();
    if (ofDatabase && sources.stream().noneMatch(s -> s.type() == SourceType.DATABASE)) {
      throw new RestoreException(
          FailureCategory.USAGE,
          "tablespaces and clusters are of databases, and none is restored",
          "leave out --tablespace and --replace-cluster, or name a database with --source");
    }
    if (request.paths().isEmpty()) {
      return;
    }
    if (sources.size() != 1) {
      throw new RestoreException(
          FailureCategory.USAGE,
          "paths are those of one source, and this backup holds " + sources.size(),
          "name it with --source, one of "
              + String.join(", ", sources.stream().map(SourceRecord::name).toList()));
    }
    if (sources.getFirst().type() == SourceType.DATABASE) {
      throw new RestoreException(
          FailureCategory.USAGE,
          "single files of a database are of no use without the others",
          "restore the whole source into an empty directory");
    }
  }
}
