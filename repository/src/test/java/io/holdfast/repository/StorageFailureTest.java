package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.HoldfastException;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ShortReadException;
import io.holdfast.storage.StorageException;
import io.holdfast.storage.StorageFullException;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  /** A chunk is read once more, and an object that only helps is done without. */
  @Test
  void aShortReadAtAnyCallIsGotOverOrNamesTheObject() {
    SampleBackups samples = new SampleBackups(directory);
    MemoryStore store = new MemoryStore();
    samples.backup(store, 0);
    samples.backup(store, 1);
    Map<String, String> whole = samples.contents(store);
    Set<String> refused = new TreeSet<>();
    for (int call = 1; ; call++) {
      AtomicReference<String> read = new AtomicReference<>();
      FaultyStore faulty =
          new FaultyStore(store)
              .failNaming(
                  FaultyStore.Call.GET,
                  call,
                  name -> {
                    read.set(name);
                    return new ShortReadException(ObjectName.of(name), "the store", 0, 10, 5);
                  });
      try {
        assertThat(samples.contents(faulty)).as("read %s", call).isEqualTo(whole);
      } catch (HoldfastException e) {
        assertThat(e.category()).isEqualTo(FailureCategory.CORRUPT);
        assertThat(e).hasMessageContaining(read.get());
        refused.add(read.get().substring(0, read.get().indexOf('/')));
      }
      if (read.get() == null) {
        break;
      }
    }
    assertThat(refused).contains("backups", "index");
  }

  @ParameterizedTest
  @EnumSource(names = {"LIST", "STAT", "DELETE"})
  void aStorageThatFailsAnyOtherCallFromThereOnLosesNothingAndTheNextRunSucceeds(
      FaultyStore.Call call) {
    SampleBackups samples = new SampleBackups(directory);
    MemoryStore store = new MemoryStore();
    samples.backup(store, 0);
    Map<String, String> before = samples.contents(store);
    int calls = 0;
    for (int n = 1; n == calls + 1; n++) {
      MemoryStore disk = store.copy();
      FaultyStore faulty = new FaultyStore(disk).failFrom(call, n, "", StorageFailureTest::away);
      StorageException failure = failureOf(samples, faulty);
      calls = Math.min(n, faulty.count(call));
      faulty.heal();
      Map<String, String> left = samples.contents(disk);
      assertThat(left).as("%s %s", call, n).containsAllEntriesOf(before);
      assertThat(left).hasSize((failure == null ? 2 : 1) * SampleBackups.ENTRIES);
      samples.backup(faulty, 2);
      assertThat(samples.contents(disk))
          .as("%s %s", call, n)
          .containsAllEntriesOf(left)
          .hasSize(left.size() + SampleBackups.ENTRIES);
      CrashTest.runsOfBackups(samples, disk);
    }
    assertThat(calls).isPositive();
  }

  @Test
  void aStorageThatFailsAnyListingIsAnErrorForWhoReadsNotLessBackups() {
    SampleBackups samples = new SampleBackups(directory);
    MemoryStore store = new MemoryStore();
    samples.backup(store, 0);
    Map<String, String> whole = samples.contents(store);
    int failures = 0;
    for (int n = 1; ; n++) {
      FaultyStore faulty =
          new FaultyStore(store).fail(FaultyStore.Call.LIST, n, StorageFailureTest::away);
      try {
        assertThat(samples.contents(faulty)).isEqualTo(whole);
        break;
      } catch (StorageUnavailableException e) {
        failures++;
      }
    }
    assertThat(failures).isGreaterThanOrEqualTo(2);
  }

  private static StorageException away() {
    return new StorageUnavailableException("the storage is away", "", null);
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
