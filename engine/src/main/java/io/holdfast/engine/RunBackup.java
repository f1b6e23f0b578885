package io.holdfast.engine;

import io.holdfast.repository.BackupName;
import io.holdfast.repository.BackupPlan;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a backup of the sources of a policy: all side by side, one recovery point. An attempt that
 * fails is recorded as failed, and leaves every earlier backup as it was.
 */
public final class RunBackup {
  private final Surroundings surroundings;

  public RunBackup(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * What is to be backed up.
   *
   * @param policy of the configuration; empty: the only one
   * @param type empty: incremental; the first backup of a policy is full in any case
   */
  public record Request(Configuration configuration, String policy, Optional<BackupType> type) {}

  /**
   * Makes the backup.
   *
   * @return what was recorded; its warnings tell what is not as complete as it could be, and what
   *     could not be done after the backup was made
   * @throws UnknownNameException when there is no such policy
   * @throws HoldfastException when a source cannot be read or the repository not be written
   */
  public BackupMetadata run(Request request, ProgressListener progress) {
    PolicySettings policy = request.configuration().policy(request.policy());
    RepositorySettings settings = request.configuration().repository(policy.repository());
    try (Repository repository = new OpenRepository(surroundings).open(settings)) {
      return run(repository, request, progress);
    }
  }

  /** As above, with a repository that stays the caller's. */
  BackupMetadata run(Repository repository, Request request, ProgressListener progress) {
    PolicySettings policy = request.configuration().policy(request.policy());
    List<SourceReader> readers =
        policy.sources().stream()
            .map(name -> reader(request.configuration(), name, progress))
            .toList();
    return run(repository, policy, request.type(), readers);
  }

  private BackupMetadata run(
      Repository repository,
      PolicySettings policy,
      Optional<BackupType> wanted,
      List<SourceReader> readers) {
    Optional<BackupRecord> base = repository.backups().latestOf(policy.name());
    BackupType type = base.isEmpty() ? BackupType.FULL : wanted.orElse(BackupType.INCREMENTAL);
    List<BackupName> bases = base.map(backup -> List.of(backup.id())).orElse(List.of());
    try (BackupSession session =
        repository.startBackup(new BackupPlan(type, policy.name(), null, bases))) {
      BackupRecord record;
      try {
        record = write(repository, session, type, base, readers);
        session.end("");
      } catch (RuntimeException e) {
        record = madeAllTheSame(session, e);
      }
      return BackupMetadata.of(record, repository.warnings());
    }
  }

  private BackupRecord write(
      Repository repository,
      BackupSession session,
      BackupType type,
      Optional<BackupRecord> base,
      List<SourceReader> readers) {
    PreviousSources previous = new PreviousSources(repository, surroundings, base.orElse(null));
    List<SourceReader.Outcome> outcomes =
        new SideBySide()
            .run(
                readers,
                reader ->
                    reader.read(
                        session, previous.of(reader.name()), type == BackupType.INCREMENTAL));
    return commit(session, outcomes);
  }

  /** The backup whose commit took effect although it failed; else what it failed with. */
  private static BackupRecord madeAllTheSame(BackupSession session, RuntimeException failure) {
    String error = describe(failure);
    Optional<BackupRecord> made;
    try {
      made = session.end(error);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      throw failure;
    }
    BackupRecord record = made.orElseThrow(() -> failure);
    session.warn("backup " + record.id() + " is complete, although its commit failed: " + error);
    return record;
  }

  /** Where an interrupt happened to meet the attempt says nothing to those who read the list. */
  private static String describe(RuntimeException failure) {
    return failure instanceof HoldfastException known
            && known.category() == FailureCategory.INTERRUPTED
        ? "the backup was cancelled"
        : Objects.requireNonNullElse(failure.getMessage(), failure.getClass().getSimpleName());
  }

  private static BackupRecord commit(BackupSession session, List<SourceReader.Outcome> outcomes) {
    List<SourceRecord> sources = new ArrayList<>();
    outcomes.forEach(outcome -> sources.add(outcome.record()));
    BackupRecord.@Nullable Anchor anchor =
        outcomes.stream()
            .map(SourceReader.Outcome::anchor)
            .filter(Objects::nonNull)
            .map(Objects::requireNonNull)
            .max(Comparator.comparing(BackupRecord.Anchor::time))
            .orElse(null);
    return session.commit(sources, anchor);
  }

  private SourceReader reader(Configuration configuration, String name, ProgressListener progress) {
    SourceSettings source = Objects.requireNonNull(configuration.sources().get(name));
    return switch (source) {
      case SourceSettings.Postgresql database ->
          new DatabaseReader(database, surroundings, progress);
      case SourceSettings.Tree tree -> new TreeReader(tree, surroundings, progress);
    };
  }
}
