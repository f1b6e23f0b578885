package io.holdfast.engine;

import io.holdfast.repository.BackupStatus;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RunRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Lists the backups of a repository. */
public final class ListBackups {
  private final Surroundings surroundings;

  public ListBackups(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * All backups, oldest first.
   *
   * @param failed whether attempts that failed are listed too, by their time
   */
  public List<BackupMetadata> run(RepositorySettings settings, boolean failed) {
    try (Repository repository = new OpenRepository(surroundings).open(settings)) {
      List<BackupMetadata> all = new ArrayList<>();
      repository.backups().list().forEach(record -> all.add(BackupMetadata.of(record)));
      if (failed) {
        try (Stream<RunRecord> runs = repository.backups().runs()) {
          runs.filter(run -> run.status() == BackupStatus.FAILED)
              .map(BackupMetadata::of)
              .forEach(all::add);
        }
        all.sort(Comparator.comparing(BackupMetadata::timestamp));
      }
      return all;
    }
  }
}
