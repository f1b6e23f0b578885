package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each level of a verification finds that those below it do not look for. */
class VerificationLevelsTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;

  @BeforeEach
  void makeBackups() {
    samples = SampleBackups.created(directory, store);
    samples.backup(store, 0);
    samples.backup(store, 1);
    assertThat(packs()).hasSizeGreaterThan(2);
  }

  @ParameterizedTest
  @EnumSource
  void aMissingPackIsNamedOnEveryLevel(VerificationLevel level) {
    for (ObjectName pack : packs()) {
      MemoryStore damaged = store.copy();
      damaged.delete(pack);
      assertThat(damagedObjects(damaged, level)).contains(pack.value());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPackOfAnotherSizeIsNamedOnEveryLevel(VerificationLevel level) {
    for (ObjectName pack : packs()) {
      MemoryStore damaged = store.copy();
      damaged.replace(pack, new byte[100]);
      assertThat(damagedObjects(damaged, level)).contains(pack.value());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HASHES", "CONTENT"})
  void aFlippedByteInAPackIsNamedFromTheSecondLevelOn(VerificationLevel level) {
    for (ObjectName pack : packs()) {
      assertThat(damagedObjects(withFlippedByte(pack), level)).contains(pack.value());
    }
  }

  @Test
  void theFirstLevelReadsNoPack() {
    for (ObjectName pack : packs()) {
      assertThat(damagedObjects(withFlippedByte(pack), VerificationLevel.OBJECTS)).isEmpty();
    }
  }

  private MemoryStore withFlippedByte(ObjectName pack) {
    MemoryStore damaged = store.copy();
    byte[] bytes = store.get(pack);
    bytes[bytes.length / 2] ^= (byte) 0xFF;
    damaged.replace(pack, bytes);
    return damaged;
  }

  private List<String> damagedObjects(MemoryStore which, VerificationLevel level) {
    try (Repository repository = samples.open(which)) {
      return repository.verification().run(level, bytes -> {}).problems().stream()
          .map(VerificationReport.Problem::object)
          .distinct()
          .toList();
    }
  }

  private List<ObjectName> packs() {
    try (Stream<ObjectStat> objects = store.list(PackName.PREFIX)) {
      return objects.map(ObjectStat::name).toList();
    }
  }
}
