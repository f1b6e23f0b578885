package io.holdfast.engine;

import io.holdfast.repository.BackupStatus;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RunRecord;
import io.holdfast.repository.RunningBackup;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalPeriod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lists the backups of a repository. */
public final class ListBackups {
  private final Surroundings surroundings;

  public ListBackups(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * What was found.
   *
   * @param warnings of damaged records, which were passed over
   */
  public record Listed(List<BackupMetadata> backups, List<String> warnings) {}

  /**
   * All backups, oldest first, and those that are being made. A damaged record hides no other.
   *
   * @param failed whether attempts that failed are listed too, by their time
   * @param transactions whether transaction backups are listed too, by their time
   */
  public Listed run(RepositorySettings settings, boolean failed, boolean transactions) {
    try (Repository repository = new OpenRepository(surroundings).open(settings)) {
      List<RunningBackup> running = repository.running(); // first, so that none is missed
      List<BackupMetadata> all = new ArrayList<>();
      List<String> warnings = new ArrayList<>();
      repository.backups().list().forEach(record -> all.add(BackupMetadata.of(record)));
      if (failed) {
        try (Stream<RunRecord> runs = repository.backups().runs()) {
          runs.filter(run -> run.status() == BackupStatus.FAILED)
              .map(BackupMetadata::of)
              .forEach(all::add);
        }
      }
      Set<String> ended = all.stream().map(BackupMetadata::id).collect(Collectors.toSet());
      Instant now = surroundings.clock().instant();
      running.stream()
          .map(backup -> BackupMetadata.of(backup, now))
          .filter(backup -> !ended.contains(backup.id()))
          .forEach(all::add);
      if (transactions) {
        List<String> damaged = new ArrayList<>();
        for (WalLog log :
            repository.logs().logs(e -> damaged.add(String.valueOf(e.getMessage())))) {
          WalArchive archive = repository.logs().open(log);
          try (Stream<WalPeriod> periods =
              archive.periods(e -> damaged.add(String.valueOf(e.getMessage())))) {
            periods
                .filter(period -> period.gap() == null) // that is told by the window
                .map(period -> BackupMetadata.of(archive, period))
                .forEach(all::add);
          }
        }
        damaged.forEach(what -> warnings.add(what + "; it was passed over"));
      }
      if (failed || transactions) {
        all.sort(Comparator.comparing(BackupMetadata::timestamp));
      }
      warnings.addAll(0, repository.warnings());
      return new Listed(all, warnings);
    }
  }
}
