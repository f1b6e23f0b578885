package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backup is meant, also when records are damaged: none is not the same as none readable. */
class SelectBackupTest {
  @TempDir Path temporary;
  private final MemoryStore store = new MemoryStore();
  private Repository repository;

  @BeforeEach
  void openRepository() {
    repository = TestRepository.open(store, temporary.resolve("index"));
  }

  @AfterEach
  void closeRepository() {
    repository.close();
  }

  private BackupMetadata backUp() throws Exception {
    EngineFixture fixture = new EngineFixture(temporary);
    return new RunBackup(fixture.surroundings)
        .run(
            repository,
            new RunBackup.Request(fixture.configuration(), "", Optional.empty()),
            ProgressListener.NONE);
  }

  private List<ObjectName> records() {
    try (Stream<ObjectStat> objects = store.list("backups/")) {
      return objects.map(ObjectStat::name).toList();
    }
  }

  private void damage(ObjectName name, UnaryOperator<byte[]> how) {
    store.replace(name, how.apply(store.get(name)));
  }

  private BackupRecord latest() {
    return SelectBackup.find(
        repository.backups(), new SelectBackup.Wanted("latest", "", List.of(), Set.of()));
  }

  private static byte[] version2(byte[] record) {
    record[9] = 2;
    return record;
  }

  @Test
  void withoutAnyBackupTheNextStepIsToMakeOne() {
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(this::latest)
        .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.NOT_FOUND));
  }

  @Test
  void theNewestThatCanBeReadIsTheLatest() throws Exception {
    String first = backUp().id();
    String second = backUp().id();
    damage(ObjectName.of("backups/" + second), bytes -> Arrays.copyOf(bytes, 10));
    assertThat(latest().id().value()).isEqualTo(first);
    assertThat(repository.warnings()).singleElement().asString().contains(second);
  }

  @Test
  void whenAllRecordsAreDamagedThatIsSaidAndTheyAreNamed() throws Exception {
    backUp();
    backUp();
    List<ObjectName> records = records();
    records.forEach(name -> damage(name, bytes -> Arrays.copyOf(bytes, 10)));
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(this::latest)
        .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.CORRUPT))
        .withMessageContaining("none of the 2 backups")
        .withMessageContaining(records.get(0).value())
        .withMessageContaining(records.get(1).value())
        .satisfies(e -> assertThat(e.hint()).contains("verify"));
  }

  @Test
  void whenAllRecordsNeedANewerVersionThatIsSaid() throws Exception {
    backUp();
    records().forEach(name -> damage(name, SelectBackupTest::version2));
    assertThatExceptionOfType(RestoreException.class)
        .isThrownBy(this::latest)
        .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.UNSUPPORTED))
        .withMessageContaining(records().getFirst().value())
        .satisfies(e -> assertThat(e.hint()).contains("newer version"));
  }
}
