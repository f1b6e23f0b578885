package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.RecordingStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash leaves behind at any instant; docs/repository-format.md section 13. */
class CrashTest {
  @TempDir Path directory;

  @Test
  void afterEveryPrefixOfTheOperationsAllCommittedBackupsRestoreAndTheNextRunSucceeds() {
    SampleBackups samples = new SampleBackups(directory);
    RecordingStore recording = new RecordingStore(new MemoryStore());
    for (int round = 0; round < 3; round++) {
      samples.backup(recording, round);
    }
    Map<String, String> all = samples.contents(recording);
    int commits = 0;
    for (int count = 0; count <= recording.changes().size(); count++) {
      MemoryStore crashed = recording.after(count);
      if (count > 0 && isCommit(recording.changes().get(count - 1))) {
        commits++;
      }
      Map<String, String> left = samples.contents(crashed);
      assertThat(left).as("after %s operations", count).hasSize(commits * SampleBackups.ENTRIES);
      assertThat(all).containsAllEntriesOf(left);
      try (Repository repository = samples.open(crashed)) {
        VerificationReport report =
            repository.verification().run(VerificationLevel.CONTENT, bytes -> {});
        assertThat(report.problems()).as("after %s operations", count).isEmpty();
      }
      samples.backup(crashed, 9);
      assertThat(samples.contents(crashed))
          .hasSize((commits + 1) * SampleBackups.ENTRIES)
          .containsAllEntriesOf(left);
      assertThat(runsOfBackups(samples, crashed)).isEqualTo(commits + 1);
    }
    assertThat(commits).isEqualTo(3);
  }

  /** Checks that each backup has one run, that which its record names, and returns how many. */
  static int runsOfBackups(SampleBackups samples, MemoryStore store) {
    try (Repository repository = samples.open(store);
        Stream<RunRecord> runs = repository.backups().runs()) {
      List<String> completed =
          runs.filter(run -> run.status() == BackupStatus.COMPLETED).map(RunRecord::id).toList();
      assertThat(completed)
          .containsExactlyInAnyOrderElementsOf(
              repository.backups().list().stream().map(BackupRecord::run).toList());
      return completed.size();
    }
  }

  static boolean isCommit(RecordingStore.Change change) {
    return change instanceof RecordingStore.Put put
        && put.name().value().startsWith(BackupName.PREFIX);
  }
}
