package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.CrashStates;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.RecordingStore;
import io.holdfast.storage.RecordingStore.Operation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
      assertSound(samples, crashed, "after " + count + " operations");
      samples.backup(crashed, 9);
      assertThat(samples.contents(crashed))
          .hasSize((commits + 1) * SampleBackups.ENTRIES)
          .containsAllEntriesOf(left);
      assertThat(runsOfBackups(samples, crashed)).isEqualTo(commits + 1);
    }
    assertThat(commits).isEqualTo(3);
  }

  /**
   * Two writers that begin, put and commit at the same time. Neither has read what the other wrote,
   * so either may also stop at any point while the other goes on.
   */
  @Test
  void whateverTwoWritersHadUnderwayAllCommittedBackupsRestoreAndTheNextRunSucceeds()
      throws Exception {
    SampleBackups samples = new SampleBackups(directory);
    MemoryStore store = new MemoryStore();
    samples.backup(store, 0);
    Map<String, String> before = samples.contents(store);
    RecordingStore one = new RecordingStore(store);
    RecordingStore other = one.anotherWriter();
    one.meet(PackName.PREFIX, 4);
    for (String prefix :
        List.of(Lease.PREFIX, IndexObjects.PREFIX, BackupName.PREFIX, RunRecord.PREFIX)) {
      one.meet(prefix, 2);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> first = threads.submit(() -> samples.backup(one, 1));
      Future<?> second = threads.submit(() -> samples.backup(other, 2));
      first.get(120, TimeUnit.SECONDS);
      second.get(120, TimeUnit.SECONDS);
    }
    Map<String, String> all = samples.contents(one);
    assertThat(all).hasSize(3 * SampleBackups.ENTRIES);
    Set<List<Operation>> states = CrashStates.of(one.operations());
    assertThat(packsOutOfOrder(states, one.operations())).isTrue();
    states.addAll(oneStops(one.operations(), one.writer()));
    states.addAll(oneStops(one.operations(), other.writer()));
    for (List<Operation> state : states) {
      MemoryStore crashed = one.apply(state.stream().map(Operation::change).toList());
      int commits =
          1 + (int) state.stream().filter(operation -> isCommit(operation.change())).count();
      String what =
          "after " + state.stream().map(o -> o.writer() + " " + o.change().name()).toList();
      Map<String, String> left = samples.contents(crashed);
      assertThat(left).as(what).hasSize(commits * SampleBackups.ENTRIES);
      assertThat(all).as(what).containsAllEntriesOf(left);
      assertThat(left).as(what).containsAllEntriesOf(before);
      assertSound(samples, crashed, what);
      samples.backup(crashed, 9);
      assertThat(samples.contents(crashed))
          .as(what)
          .hasSize((commits + 1) * SampleBackups.ENTRIES)
          .containsAllEntriesOf(left);
      assertThat(runsOfBackups(samples, crashed)).as(what).isEqualTo(commits + 1);
    }
  }

  /** All states of one writer, beside all that the other did. */
  private static List<List<Operation>> oneStops(List<Operation> operations, int writer) {
    List<Operation> own = operations.stream().filter(o -> o.writer() == writer).toList();
    List<Operation> others = operations.stream().filter(o -> o.writer() != writer).toList();
    return CrashStates.of(own).stream()
        .map(state -> CrashStates.inOrder(Stream.concat(state.stream(), others.stream()).toList()))
        .toList();
  }

  /** Whether there is a state with a pack, and without one that came to be stored before it. */
  private static boolean packsOutOfOrder(Set<List<Operation>> states, List<Operation> operations) {
    List<Operation> packs =
        operations.stream()
            .filter(o -> o.change().name().value().startsWith(PackName.PREFIX))
            .toList();
    return states.stream()
        .anyMatch(state -> !state.contains(packs.getFirst()) && state.contains(packs.getLast()));
  }

  private static void assertSound(SampleBackups samples, MemoryStore store, String what) {
    try (Repository repository = samples.open(store)) {
      VerificationReport report =
          repository.verification().run(VerificationLevel.CONTENT, bytes -> {});
      assertThat(report.problems()).as(what).isEmpty();
    }
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
