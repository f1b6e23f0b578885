package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One damaged record is told of, and hides no other. */
class DamagedRecordTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;
  private BackupRecord first;
  private BackupRecord last;

  @BeforeEach
  void makeBackups() {
    samples = new SampleBackups(directory);
    first = samples.backup(store, 0);
    last = samples.backup(store, 1);
  }

  @Test
  void aFlippedBitInTheRecordOfABackup() {
    byte[] bad = store.get(last.id().object());
    bad[bad.length / 2] ^= 4;
    store.replace(last.id().object(), bad);
    assertOnlyTheFirstIsListed();
  }

  @Test
  void aTruncatedRecordOfABackup() {
    for (int length : new int[] {0, 40, 64, 200}) {
      store.replace(last.id().object(), Arrays.copyOf(store.get(last.id().object()), length));
      assertOnlyTheFirstIsListed();
    }
  }

  private void assertOnlyTheFirstIsListed() {
    try (Repository repository = samples.open(store)) {
      assertThat(repository.backups().list()).extracting(BackupRecord::id).containsOnly(first.id());
      assertThat(repository.backups().latest(record -> true)).hasValue(first);
      assertThat(repository.warnings())
          .singleElement()
          .asString()
          .contains(last.id().object().value(), "passed over");
      assertThatThrownBy(() -> repository.backups().find(last.id().value()))
          .isInstanceOf(CorruptObjectException.class)
          .hasMessageContaining(last.id().value());
    }
  }

  @Test
  void theNextBackupIsMadeAndSaysSo() {
    store.replace(last.id().object(), new byte[100]);
    BackupRecord next = samples.backup(store, 2);
    assertThat(next.warnings()).singleElement().asString().contains(last.id().value());
    assertThat(samples.contents(store)).hasSize(2 * SampleBackups.ENTRIES);
  }

  @Test
  void aDamagedRunHidesNoOther() {
    List<ObjectName> runs;
    try (Stream<ObjectStat> objects = store.list("runs/")) {
      runs = objects.map(ObjectStat::name).toList();
    }
    byte[] bad = store.get(runs.getFirst());
    bad[90] ^= 1;
    for (byte[] bytes : List.of(bad, Arrays.copyOf(bad, 70))) {
      store.replace(runs.getFirst(), bytes);
      try (Repository repository = samples.open(store)) {
        assertThat(repository.backups().runs()).hasSize(runs.size() - 1);
        assertThat(repository.warnings())
            .singleElement()
            .asString()
            .contains(runs.getFirst().value());
      }
    }
  }
}
