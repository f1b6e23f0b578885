package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.BackupPlan;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.ManifestWriter;
import io.holdfast.repository.PageWriter;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.TestRepository;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.StorageUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the previous backup is good for. */
class PreviousContentsTest {
  private static final int PAGE = 8192;
  private static final BytePath FIRST = BytePath.of("base/5/1259");
  private static final BytePath SECOND = BytePath.of("base/5/2619");

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final List<String> warnings = new ArrayList<>();

  @Test
  void areFoundInAnyOrderIfTheyArePagesOfTheSameSize() throws IOException {
    backUp();
    try (Repository repository = TestRepository.open(store, directory.resolve("second"))) {
      Manifest manifest = manifest(repository);
      PreviousContents previous = new PreviousContents(manifest, PAGE, warnings::add);
      assertThat(previous.of(SECOND)).isNotNull();
      assertThat(previous.of(FIRST)).isNotNull();
      assertThat(previous.of(BytePath.of("base/5/2000"))).isNull();
      PreviousContents ofOthers = new PreviousContents(manifest, 2 * PAGE, warnings::add);
      assertThat(ofOthers.of(FIRST)).isNull();
    }
    assertThat(warnings).isEmpty();
  }

  @Test
  void areNoneWithOneWarningWhenTheManifestIsLost() throws IOException {
    backUp();
    try (Stream<ObjectStat> packs = store.list("packs/")) {
      packs.toList().forEach(pack -> store.delete(pack.name()));
    }
    findsNothingAndWarnsOnce(new FaultyStore(store));
  }

  @Test
  void areNoneWithOneWarningWhenTheManifestLiesOnABadSector() throws IOException {
    backUp();
    findsNothingAndWarnsOnce(
        new FaultyStore(store)
            .failFrom(FaultyStore.Call.GET, 1, "packs/", PreviousContentsTest::unavailable));
  }

  @Test
  void areAFailureWhenTheStoreIsAway() throws IOException {
    backUp();
    FaultyStore away =
        new FaultyStore(store)
            .failFrom(FaultyStore.Call.GET, 1, "packs/", PreviousContentsTest::unavailable)
            .failFrom(FaultyStore.Call.STAT, 1, "", PreviousContentsTest::unavailable);
    try (Repository repository = TestRepository.open(away, directory.resolve("second"))) {
      PreviousContents previous = new PreviousContents(manifest(repository), PAGE, warnings::add);
      assertThatThrownBy(() -> previous.of(FIRST)).isInstanceOf(StorageUnavailableException.class);
    }
  }

  private static StorageUnavailableException unavailable() {
    return new StorageUnavailableException("Input/output error", "check the disk", null);
  }

  private void findsNothingAndWarnsOnce(FaultyStore seen) {
    try (Repository repository = TestRepository.open(seen, directory.resolve("second"))) {
      PreviousContents previous = new PreviousContents(manifest(repository), PAGE, warnings::add);
      assertThat(previous.of(FIRST)).isNull();
      assertThat(previous.of(SECOND)).isNull();
    }
    assertThat(warnings).singleElement().asString().contains(FIRST.toString());
  }

  private static Manifest manifest(Repository repository) {
    return repository.manifest(repository.backups().list().getFirst().sources().getFirst());
  }

  private void backUp() throws IOException {
    BackupPlan plan = new BackupPlan(BackupType.FULL, "test", null, List.of());
    try (Repository repository = TestRepository.open(store, directory.resolve("first"));
        BackupSession session = repository.startBackup(plan)) {
      ManifestWriter manifest = session.manifest();
      for (BytePath path : List.of(FIRST, SECOND)) {
        try (PageWriter pages = session.pages(PAGE, null)) {
          pages.append(new ByteArrayInputStream(new byte[3 * PAGE])::read);
          manifest.add(Entry.builder(path, NodeType.FILE).content(pages.finish()).build());
        }
      }
      SourceRecord record =
          new SourceRecord(
              "main",
              SourceType.DATABASE,
              manifest.finish(),
              Instant.EPOCH,
              Instant.EPOCH,
              Map.of(),
              List.of(),
              0,
              Map.of());
      session.commit(List.of(record), null);
    }
  }
}
