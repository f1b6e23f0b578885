package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.RecordingStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FencingTest {
  private static final Duration LEASE = Duration.ofMinutes(10);

  @TempDir Path directory;
  private Instant storageTime = Instant.parse("2026-03-01T02:00:00Z");
  private final InstantSource storageClock = () -> storageTime;
  private final MemoryStore store = new MemoryStore(storageClock.withZone(ZoneOffset.UTC));

  @Test
  void aWriterThatSleptPastItsLeaseIsFencedAndFailsClearlyAndNothingIsLost() {
    SampleBackups samples = new SampleBackups(directory);
    samples.backup(store, 0);
    BackupSession fenced;
    try (Repository first = open(samples);
        BackupSession sleeper = first.startBackup(WriteAndReadTest.plan())) {
      fenced = sleeper;
      storageTime = storageTime.plus(LEASE).plusSeconds(1);
      BackupRecord other = samples.backup(store, 1);
      assertThatThrownBy(() -> samples.write(first, sleeper, 2))
          .isInstanceOf(FencedException.class)
          .hasMessageContaining(sleeper.backup().value());
      Map<String, String> contents = samples.contents(store);
      assertThat(contents).hasSize(2 * SampleBackups.ENTRIES);
      assertThat(contents.keySet()).anyMatch(key -> key.startsWith(other.id().value()));
    }
    try (Repository repository = open(samples);
        Stream<RunRecord> runs = repository.backups().runs()) {
      assertThat(runs.filter(run -> run.backup().equals(fenced.backup())))
          .singleElement()
          .satisfies(
              run -> {
                assertThat(run.id()).isEqualTo(fenced.run());
                assertThat(run.status()).isEqualTo(BackupStatus.FAILED);
                assertThat(run.error()).contains("lease ran out");
              });
    }
    assertThat(sessionObjects()).isEmpty();
  }

  @Test
  void twoLiveWritersAtOnceBothCommit() {
    SampleBackups samples = new SampleBackups(directory);
    try (Repository one = open(samples);
        Repository two = open(samples);
        BackupSession first = one.startBackup(WriteAndReadTest.plan());
        BackupSession second = two.startBackup(WriteAndReadTest.plan())) {
      samples.write(two, second, 1);
      samples.write(one, first, 2);
    }
    assertThat(samples.contents(store)).hasSize(2 * SampleBackups.ENTRIES);
    assertThat(sessionObjects()).isEmpty();
  }

  @Test
  void aWriterThatDiedRightAfterItsCommitIsNotFenced() {
    SampleBackups samples = new SampleBackups(directory);
    RecordingStore recording = new RecordingStore(store);
    samples.backup(recording, 0);
    int commit = 0;
    while (!CrashTest.isCommit(recording.changes().get(commit))) {
      commit++;
    }
    MemoryStore crashed = recording.after(commit + 1);
    storageTime = storageTime.plus(Duration.ofHours(1));
    samples.backup(crashed, 1);
    assertThat(samples.contents(crashed)).hasSize(2 * SampleBackups.ENTRIES);
    assertThat(CrashTest.runsOfBackups(samples, crashed)).isEqualTo(2);
  }

  private Repository open(SampleBackups samples) {
    return samples.open(store, Clock.systemUTC(), LEASE);
  }

  private List<String> sessionObjects() {
    try (Stream<ObjectStat> objects = store.list(Lease.PREFIX)) {
      return objects.map(object -> object.name().value()).toList();
    }
  }
}
