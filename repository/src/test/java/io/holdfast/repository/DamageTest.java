package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is altered in the storage is noticed, and the object that it is in is named: in a
 * repository with two holders, backups, the run and tombstone of an attempt that failed, and a
 * session that is alive.
 */
class DamageTest {
  @TempDir Path directory;
  private MemoryStore store = new MemoryStore();
  private final Random random = new Random(7);
  private SampleBackups samples;

  @BeforeEach
  void makeBackups() {
    MemoryStore alive = new MemoryStore();
    samples = SampleBackups.created(directory, alive);
    for (int round = 0; round < 2; round++) {
      samples.backup(alive, round);
    }
    try (Repository repository = samples.open(alive);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      session.end("a test ended it");
    }
    try (Repository repository = samples.open(alive);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      store = alive.copy();
      session.end("the copy has it running");
    }
  }

  @Test
  void thereIsAnObjectOfEveryKind() {
    assertThat(names())
        .extracting(name -> name.value().substring(0, name.value().indexOf('/')))
        .containsOnly("format", "keys", "epochs", "packs", "index", "backups", "runs", "sessions");
    assertThat(names()).filteredOn(NameForm.KEY::fits).hasSize(2);
  }

  @Test
  void anUndamagedRepositoryIsSound() {
    VerificationReport report = verify(store);
    assertThat(report.problems()).isEmpty();
    assertThat(report.backups()).isEqualTo(2);
    assertThat(report.chunks()).isGreaterThan(10);
  }

  @Test
  void aFlippedBitInAnyObjectIsNamed() {
    names().forEach(name -> flipBits(name, 20));
  }

  @Test
  @Tag("slow")
  void aFlippedBitAnywhereInAnyObjectIsNamed() {
    names().forEach(name -> flipBits(name, 500));
  }

  /** In all of the header, at the end, and in a sample of what is between. */
  private void flipBits(ObjectName name, int samples) {
    byte[] good = store.get(name);
    for (int i = 0; i < samples; i++) {
      int at =
          switch (i % 4) {
            case 0 -> random.nextInt(Math.min(good.length, 64));
            case 1 -> good.length - 1 - random.nextInt(Math.min(good.length, 32));
            default -> random.nextInt(good.length);
          };
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << random.nextInt(8));
      assertNamed(name, bad, "bit flipped at " + at);
    }
  }

  @Test
  void aTruncatedOrExtendedObjectIsNamed() {
    for (ObjectName name : names()) {
      byte[] good = store.get(name);
      for (int length : new int[] {0, 1, 63, 64, 65, good.length / 2, good.length - 1}) {
        assertNamed(name, Arrays.copyOf(good, length), "cut to " + length);
      }
      assertNamed(name, Arrays.copyOf(good, good.length + 1), "one byte more");
    }
  }

  @Test
  void aMissingPackIsNamed() {
    for (ObjectName name : packs()) {
      MemoryStore damaged = store.copy();
      damaged.delete(name);
      assertThat(problems(damaged)).anyMatch(problem -> problem.contains(name.value()));
    }
  }

  @Test
  void allIsReadAlsoWhenIndexObjectsAreDamaged() {
    MemoryStore damaged = store.copy();
    List<ObjectName> indexes =
        names().stream().filter(name -> name.value().startsWith(IndexObjects.PREFIX)).toList();
    for (ObjectName name : indexes) {
      byte[] bad = store.get(name);
      bad[70] ^= 1;
      damaged.replace(name, bad);
      assertThat(samples.contents(damaged)).isEqualTo(samples.contents(store));
    }
    assertThat(problems(damaged)).hasSize(indexes.size());
  }

  @Test
  void aRebuiltIndexIsKeptAndBackupsGoOn() {
    MemoryStore damaged = store.copy();
    for (ObjectName name : names()) {
      if (name.value().startsWith(IndexObjects.PREFIX)) {
        damaged.replace(name, new byte[100]);
      }
    }
    samples.backup(damaged, 2);
    Path cache = directory.resolve("one cache");
    for (int i = 0; i < 2; i++) {
      try (Repository repository = samples.open(damaged, cache)) {
        assertThat(repository.verification().run(VerificationLevel.CONTENT, bytes -> {}).problems())
            .allMatch(problem -> problem.object().startsWith(IndexObjects.PREFIX));
      }
    }
    assertThat(samples.contents(damaged)).hasSize(3 * SampleBackups.ENTRIES);
  }

  @Test
  void aRecordUnderTheNameOfAnotherIsNamed() {
    List<ObjectName> backups =
        names().stream().filter(name -> name.value().startsWith(BackupName.PREFIX)).toList();
    MemoryStore damaged = store.copy();
    damaged.replace(backups.get(0), store.get(backups.get(1)));
    assertThat(problems(damaged)).anyMatch(problem -> problem.contains(backups.get(0).value()));
  }

  @Test
  void aDamagedPackFailsTheReadOfWhatLiesInIt() {
    for (ObjectName name : packs()) {
      byte[] bad = store.get(name);
      bad[70] ^= 1;
      MemoryStore damaged = store.copy();
      damaged.replace(name, bad);
      assertThatThrownBy(() -> samples.contents(damaged))
          .isInstanceOf(CorruptObjectException.class)
          .hasMessageContaining(name.value());
    }
  }

  private void assertNamed(ObjectName name, byte[] bad, String how) {
    MemoryStore damaged = store.copy();
    damaged.replace(name, bad);
    assertThat(problems(damaged))
        .as("%s: %s", name, how)
        .anyMatch(problem -> problem.contains(name.value()));
  }

  /** What verification reports, or fails with. */
  private List<String> problems(MemoryStore damaged) {
    try {
      return verify(damaged).problems().stream()
          .map(problem -> problem.object() + ": " + problem.what())
          .toList();
    } catch (RepositoryException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private VerificationReport verify(MemoryStore which) {
    try (Repository repository = samples.open(which)) {
      return repository.verification().run(VerificationLevel.CONTENT, bytes -> {});
    }
  }

  private List<ObjectName> packs() {
    return names().stream().filter(name -> name.value().startsWith(PackName.PREFIX)).toList();
  }

  private List<ObjectName> names() {
    try (Stream<ObjectStat> objects = store.list("")) {
      return objects.map(ObjectStat::name).sorted().toList();
    }
  }
}
