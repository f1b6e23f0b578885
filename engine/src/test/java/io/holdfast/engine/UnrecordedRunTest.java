package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.repository.BackupStatus;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RunRecord;
import io.holdfast.repository.TestRepository;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.FaultyStore.Call;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup that exists is reported as made, whatever fails behind it. */
class UnrecordedRunTest {
  @TempDir Path temporary;
  private final FaultyStore store = new FaultyStore(new MemoryStore());
  private EngineFixture fixture;
  private Repository repository;

  @BeforeEach
  void openRepository() throws Exception {
    fixture = new EngineFixture(temporary);
    repository = TestRepository.open(store, temporary.resolve("index"));
  }

  private BackupMetadata backUp() {
    return new RunBackup(fixture.surroundings)
        .run(
            repository,
            new RunBackup.Request(fixture.configuration(), "", Optional.empty()),
            ProgressListener.NONE);
  }

  private void fail(String prefix) {
    store.failFrom(
        Call.PUT,
        1,
        prefix,
        () -> new StorageUnavailableException("the storage is away", "", null));
  }

  private List<RunRecord> runs() {
    try (Stream<RunRecord> runs = repository.backups().runs()) {
      return runs.toList();
    }
  }

  @Test
  void aBackupWhoseRunCannotBeRecordedSucceedsWithAWarning() {
    fail("runs/");
    BackupMetadata backup = backUp();
    assertThat(backup.status()).isEqualTo(BackupStatus.COMPLETED);
    assertThat(backup.warningCount()).isEqualTo(1);
    assertThat(backup.warnings())
        .singleElement()
        .asString()
        .contains(backup.id(), "the storage is away");
    assertThat(runs()).isEmpty();
    store.heal();
    backUp();
    assertThat(runs())
        .hasSize(2)
        .extracting(RunRecord::status)
        .containsOnly(BackupStatus.COMPLETED);
  }

  @Test
  void aCommitWhoseAnswerGotLostSucceedsWithAWarning() {
    store
        .losingAnswers()
        .failFrom(
            Call.PUT,
            1,
            "backups/",
            () -> {
              store.heal();
              return new StorageUnavailableException("the storage was away", "", null);
            });
    BackupMetadata backup = backUp();
    assertThat(backup.status()).isEqualTo(BackupStatus.COMPLETED);
    assertThat(backup.warnings())
        .singleElement()
        .asString()
        .contains(backup.id(), "although its commit failed: the storage was away");
    assertThat(repository.backups().list()).hasSize(1);
    assertThat(runs()).extracting(RunRecord::status).containsExactly(BackupStatus.COMPLETED);
  }

  @Test
  void whatFailedIsToldAlsoWhenItCannotBeRecorded() {
    fail("packs/");
    store.failFrom(
        Call.PUT, 1, "runs/", () -> new StorageUnavailableException("still away", "", null));
    assertThatThrownBy(this::backUp)
        .hasMessage("the storage is away")
        .satisfies(
            e -> assertThat(e.getSuppressed()).extracting("message").containsExactly("still away"));
  }
}
