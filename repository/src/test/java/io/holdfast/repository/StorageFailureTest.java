package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ShortReadException;
import io.holdfast.storage.StorageException;
import io.holdfast.storage.StorageFullException;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A storage that fails at any call: a clear error, and nothing that was committed is lost. */
class StorageFailureTest {
  @TempDir Path directory;

  @Test
  void aDiskThatFillsUpAtAnyPutLosesNothingAndSaysSo() {
    SampleBackups samples = new SampleBackups(directory);
    MemoryStore store = new MemoryStore();
    samples.backup(store, 0);
    Map<String, String> before = samples.contents(store);
    int failures = 0;
    for (int put = 1; ; put++) {
      MemoryStore disk = store.copy();
      FaultyStore faulty = new FaultyStore(disk).fullFrom(put);
      StorageException failure = failureOf(samples, faulty);
      assertThat(samples.contents(disk)).containsAllEntriesOf(before);
      faulty.heal();
      samples.backup(faulty, 2);
      assertThat(samples.contents(disk)).containsAllEntriesOf(before);
      if (failure == null) {
        break;
      }
      failures++;
      assertThat(failure).isInstanceOf(StorageFullException.class);
    }
    assertThat(failures).isGreaterThanOrEqualTo(6);
  }

  @Test
  void aCommitWhoseAnswerWasLostStillCounts() {
    SampleBackups samples = new SampleBackups(directory);
    MemoryStore store = new MemoryStore();
    FaultyStore faulty =
        new FaultyStore(store)
            .failFrom(
                FaultyStore.Call.PUT,
                1,
                BackupName.PREFIX,
                () -> new StorageUnavailableException("the answer was lost", "", null))
            .losingAnswers();
    assertThatThrownBy(() -> samples.backup(faulty, 0)).isInstanceOf(StorageException.class);
    assertThat(samples.contents(store)).hasSize(SampleBackups.ENTRIES);
  }

  @Test
  void aShortReadIsAnErrorThatNamesTheObject() {
    SampleBackups samples = new SampleBackups(directory);
    MemoryStore store = new MemoryStore();
    samples.backup(store, 0);
    int reads = 0;
    for (int call = 1; call < 200; call += 7) {
      FaultyStore faulty =
          new FaultyStore(store)
              .fail(
                  FaultyStore.Call.GET,
                  call,
                  () -> new ShortReadException(ObjectName.of("packs/x"), "the store", 0, 10, 5));
      try {
        assertThat(samples.contents(faulty)).hasSize(SampleBackups.ENTRIES);
        break;
      } catch (StorageException | CorruptObjectException e) {
        reads++;
      }
    }
    assertThat(reads).isPositive();
  }

  private static @org.jspecify.annotations.Nullable StorageException failureOf(
      SampleBackups samples, FaultyStore faulty) {
    try {
      samples.backup(faulty, 1);
      return null;
    } catch (StorageException e) {
      return e;
    }
  }
}
