package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.FaultyStore.Call;
import io.holdfast.storage.LocalDirectoryStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageException;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an attempt ends when the storage fails around its commit. */
class EndOfAttemptTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;

  @BeforeEach
  void prepare() {
    samples = new SampleBackups(directory);
  }

  @Test
  void aBackupWhoseRunCannotBeRecordedIsMadeAndTheNextRecordsIt() {
    assertMadeWithAWarning(failing(Call.PUT, "runs/"));
    try (Repository repository = samples.open(store);
        Stream<RunRecord> runs = repository.backups().runs()) {
      assertThat(runs).as("there is none yet").isEmpty();
    }
    assertTheNextBackupTidiesUp();
  }

  @Test
  void aBackupWhoseSessionCannotBeRemovedIsMadeAndTheNextRemovesIt() {
    assertMadeWithAWarning(failing(Call.DELETE, Lease.PREFIX));
    assertThat(names(store, Lease.PREFIX)).isNotEmpty();
    assertTheNextBackupTidiesUp();
  }

  private void assertMadeWithAWarning(FaultyStore faulty) {
    try (Repository repository = samples.open(faulty);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      BackupRecord record = samples.write(repository, session, 1);
      assertThat(session.end("")).hasValue(record);
      assertThat(repository.warnings())
          .singleElement()
          .asString()
          .contains(record.id().value(), "is complete", "the storage is away");
    }
  }

  /** Its lease still has a quarter of an hour: a decided fate is enough. */
  private void assertTheNextBackupTidiesUp() {
    samples.backup(store, 2);
    assertThat(CrashTest.runsOfBackups(samples, store)).isEqualTo(2);
    assertThat(names(store, Lease.PREFIX)).isEmpty();
  }

  @Test
  void aCommitWhoseAnswerGotLostTookEffectAndTheEndSaysSo() {
    FaultyStore faulty = failing(Call.PUT, BackupName.PREFIX).losingAnswers();
    try (Repository repository = samples.open(faulty);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      assertThatThrownBy(() -> samples.write(repository, session, 1))
          .isInstanceOf(StorageUnavailableException.class);
      faulty.heal();
      Optional<BackupRecord> made = session.end("the storage is away");
      assertThat(made).map(BackupRecord::id).hasValue(session.backup());
      assertThat(session.end("once more")).isEqualTo(made);
    }
    assertThat(samples.contents(store)).hasSize(SampleBackups.ENTRIES);
    assertThat(CrashTest.runsOfBackups(samples, store)).isEqualTo(1);
    assertThat(names(store, Lease.PREFIX)).isEmpty();
  }

  @Test
  void aFailureThatCannotBeRecordedIsRecordedByTheNext() {
    FaultyStore faulty = failing(Call.PUT, "runs/");
    String run;
    try (Repository repository = samples.open(faulty);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      run = session.run();
      assertThatThrownBy(() -> session.end("the source went away"))
          .isInstanceOf(StorageException.class);
    }
    samples.backup(store, 1);
    assertThat(names(store, "runs/")).hasSize(2).contains("runs/" + run);
    try (Repository repository = samples.open(store);
        Stream<RunRecord> runs = repository.backups().runs()) {
      assertThat(runs.filter(record -> record.id().equals(run)))
          .singleElement()
          .extracting(RunRecord::status, RunRecord::error)
          .containsExactly(BackupStatus.FAILED, "the source went away");
    }
    assertThat(names(store, Lease.PREFIX)).isEmpty();
  }

  @Test
  void anAttemptThatFailsWhenItStartsIsRecordedWithItsReason() {
    FaultyStore faulty = failing(Call.LIST, PackName.PREFIX);
    try (Repository repository = samples.open(faulty)) {
      assertThatThrownBy(() -> repository.startBackup(WriteAndReadTest.plan()))
          .isInstanceOf(StorageUnavailableException.class);
      faulty.heal();
      try (Stream<RunRecord> runs = repository.backups().runs()) {
        assertThat(runs)
            .singleElement()
            .extracting(RunRecord::error)
            .isEqualTo("the storage is away");
      }
    }
    assertThat(names(store, Lease.PREFIX)).isEmpty();
  }

  /** In a directory, where an interrupt ends whatever is read or written. */
  @Test
  void anInterruptedAttemptIsRecordedTooAndStaysInterrupted() throws Exception {
    ObjectStore local = LocalDirectoryStore.create(directory.resolve("store"));
    try (Repository repository = samples.open(local);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      Thread.currentThread().interrupt();
      assertThat(session.end("it was cancelled")).isEmpty();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(names(local, "runs/")).containsExactly("runs/" + session.run());
    }
    assertThat(names(local, Lease.PREFIX)).isEmpty();
    assertThat(directory.resolve("store/sessions")).isEmptyDirectory();
  }

  private FaultyStore failing(Call call, String prefix) {
    return new FaultyStore(store)
        .failFrom(
            call,
            1,
            prefix,
            () -> new StorageUnavailableException("the storage is away", "", null));
  }

  private static List<String> names(ObjectStore store, String prefix) {
    try (Stream<ObjectStat> objects = store.list(prefix)) {
      return objects.map(ObjectStat::name).map(ObjectName::value).toList();
    }
  }
}
