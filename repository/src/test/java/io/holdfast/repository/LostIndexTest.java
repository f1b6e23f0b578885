package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index is a summary: without it, or a part of it, nothing is lost. */
class LostIndexTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;
  private Map<String, String> all = Map.of();

  @BeforeEach
  void makeBackups() {
    samples = new SampleBackups(directory);
    for (int round = 0; round < 3; round++) {
      samples.backup(store, round);
    }
    all = samples.contents(store);
  }

  @Test
  void withoutAnyOneIndexObjectAllIsReadWithAWarning() {
    assertThat(indexes()).hasSize(3);
    for (ObjectName index : indexes()) {
      assertReadable(without(List.of(index)));
    }
  }

  @Test
  void withoutAllIndexObjectsAllIsReadWithAWarning() {
    assertReadable(without(indexes()));
  }

  private void assertReadable(MemoryStore damaged) {
    assertThat(samples.contents(damaged)).isEqualTo(all);
    try (Repository repository = samples.open(damaged)) {
      readAll(repository);
      assertThat(repository.warnings())
          .singleElement()
          .asString()
          .contains("index objects were lost", "packs/");
    }
  }

  private static void readAll(Repository repository) {
    for (BackupRecord record : repository.backups().list()) {
      repository
          .manifest(record.sources().getFirst())
          .cursor()
          .forEachRemaining(
              entry ->
                  repository
                      .contents()
                      .readSmall(java.util.Objects.requireNonNull(entry.content()), 1 << 24));
    }
  }

  @Test
  void verificationNamesTheCauseOnEveryLevelAndBlamesNoPack() {
    MemoryStore damaged = without(indexes());
    for (VerificationLevel level : VerificationLevel.values()) {
      VerificationReport report = verify(damaged, level);
      assertThat(report.problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.object()).isEqualTo(IndexObjects.PREFIX);
                assertThat(problem.what()).contains("lost");
              });
    }
    assertThat(verify(damaged, VerificationLevel.CONTENT).unusedPacks()).isZero();
  }

  @Test
  void verificationNamesTheCauseOfAnyOneLostIndexObject() {
    for (ObjectName index : indexes()) {
      assertThat(verify(without(List.of(index)), VerificationLevel.CONTENT).problems())
          .extracting(VerificationReport.Problem::object)
          .containsExactly(IndexObjects.PREFIX);
    }
  }

  @Test
  void whatAWriterThatDiedLeftIsHarmlessAndTheNextBackupUsesIt() throws IOException {
    byte[] bytes = new byte[3_000_000];
    new Random(5).nextBytes(bytes);
    writeAndDie(bytes);
    VerificationReport report = verify(store, VerificationLevel.CONTENT);
    assertThat(report.problems()).isEmpty();
    assertThat(report.unusedPacks()).isPositive();
    try (Repository repository = samples.open(store);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      ManifestWriter manifest = session.manifest();
      manifest.add(
          WriteAndReadTest.file("f", session.write(new ByteArrayInputStream(bytes)::read)));
      assertThat(session.statistics().newBytes()).isZero();
      session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
      readAll(repository);
      assertThat(repository.warnings()).isEmpty();
    }
    assertThat(verify(store, VerificationLevel.CONTENT).unusedPacks()).isZero();
  }

  /** Its packs are there, its index is not. */
  private void writeAndDie(byte[] bytes) throws IOException {
    ObjectStore dying =
        new FaultyStore(store)
            .failFrom(
                FaultyStore.Call.PUT,
                1,
                IndexObjects.PREFIX,
                () -> new StorageUnavailableException("the machine lost its power", "", null));
    try (Repository repository = samples.open(dying);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      ManifestWriter manifest = session.manifest();
      manifest.add(
          WriteAndReadTest.file("f", session.write(new ByteArrayInputStream(bytes)::read)));
      ManifestRef ref = manifest.finish();
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> session.commit(List.of(WriteAndReadTest.source(ref)), null))
          .isInstanceOf(StorageUnavailableException.class);
    }
  }

  @Test
  void theNextBackupNamesThePacksAgainAndSaysSo() {
    MemoryStore damaged = without(indexes());
    Set<ObjectName> packs = names(damaged, PackName.PREFIX);
    BackupRecord next = samples.backup(damaged, 2);
    assertThat(next.warnings()).singleElement().asString().contains("index objects were lost");
    assertThat(verify(damaged, VerificationLevel.CONTENT).problems()).isEmpty();
    try (Repository repository = samples.open(damaged)) {
      readAll(repository);
      assertThat(repository.warnings()).isEmpty();
    }
    Set<ObjectName> more = new HashSet<>(names(damaged, PackName.PREFIX));
    more.removeAll(packs);
    assertThat(more).as("only a manifest that differs is stored").hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void theDirectoriesOfPacksAreReadOnceHoweverManyChunksAreMissed() {
    MemoryStore damaged = without(indexes());
    int packs = names(damaged, PackName.PREFIX).size();
    FaultyStore counting = new FaultyStore(damaged);
    try (Repository repository = samples.open(counting)) {
      List<BackupRecord> backups = repository.backups().list();
      int before = counting.count(FaultyStore.Call.GET);
      repository.manifest(backups.getFirst().sources().getFirst()).cursor().next();
      int first = counting.count(FaultyStore.Call.GET) - before;
      assertThat(first).isBetween(3 * packs, 3 * packs + 10);
      readAll(repository);
      int after = counting.count(FaultyStore.Call.LIST);
      readAll(repository);
      assertThat(counting.count(FaultyStore.Call.LIST)).isEqualTo(after + 1); // of backups/
    }
  }

  @Test
  void aPackWhoseDirectoryIsDamagedKeepsNoOtherFromBeingRead() {
    MemoryStore damaged = without(indexes());
    damaged.put(ObjectName.of("packs/ab/ab" + "0".repeat(62)), ByteBuffer.wrap(new byte[100_000]));
    assertThat(samples.contents(damaged)).isEqualTo(all);
    samples.backup(damaged, 4);
    assertThat(samples.contents(damaged)).containsAllEntriesOf(all);
  }

  private VerificationReport verify(ObjectStore which, VerificationLevel level) {
    try (Repository repository = samples.open(which)) {
      return repository.verification().run(level, bytes -> {});
    }
  }

  private MemoryStore without(Iterable<ObjectName> names) {
    MemoryStore copy = store.copy();
    names.forEach(copy::delete);
    return copy;
  }

  private Set<ObjectName> indexes() {
    return names(store, IndexObjects.PREFIX);
  }

  private static Set<ObjectName> names(ObjectStore of, String prefix) {
    try (Stream<ObjectStat> objects = of.list(prefix)) {
      return Set.copyOf(objects.map(ObjectStat::name).toList());
    }
  }
}
