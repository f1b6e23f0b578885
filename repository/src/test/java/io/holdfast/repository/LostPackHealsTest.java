package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pack held that got lost or damaged is stored again by the next backup of the source. */
class LostPackHealsTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;
  private Map<String, String> before;

  @BeforeEach
  void makeABackup() {
    samples = new SampleBackups(directory);
    samples.backup(store, 0);
    before = samples.contents(store);
  }

  @Test
  void aPackThatIsMissing() {
    for (ObjectName pack : packs(store)) {
      MemoryStore damaged = store.copy();
      damaged.delete(pack);
      assertNextBackupHeals(damaged, pack);
    }
  }

  @Test
  void aPackThatWasCutShort() {
    for (ObjectName pack : packs(store)) {
      MemoryStore damaged = store.copy();
      damaged.replace(pack, Arrays.copyOf(store.get(pack), store.get(pack).length - 1));
      assertNextBackupHeals(damaged, pack);
    }
  }

  @Test
  void aDamagedPackThatWasMovedAwayAndBack() {
    for (ObjectName pack : packs(store)) {
      for (int at : new int[] {70, store.get(pack).length / 3}) {
        MemoryStore damaged = store.copy();
        byte[] bad = store.get(pack);
        bad[at] ^= 1;
        damaged.delete(pack);
        assertNextBackupHeals(damaged, pack);
        damaged.replace(pack, bad);
        assertAllIsReadAndSound(damaged);
      }
    }
  }

  private void assertNextBackupHeals(MemoryStore damaged, ObjectName pack) {
    assertThat(problems(damaged)).extracting("object").contains(pack.value());
    BackupRecord next = samples.backup(damaged, 0);
    assertThat(next.warnings()).singleElement().asString().contains(pack.value());
    assertAllIsReadAndSound(damaged);
    assertThat(samples.backup(damaged, 0).warnings()).isEmpty();
  }

  /** The backups before it, and those since: by content the same. */
  private void assertAllIsReadAndSound(MemoryStore damaged) {
    Map<String, String> after = samples.contents(damaged);
    assertThat(after).containsAllEntriesOf(before);
    assertThat(byPath(after)).isEqualTo(byPath(before));
    assertThat(problems(damaged)).isEmpty();
  }

  /** What all backups have at a path; they must agree. */
  private static Map<String, String> byPath(Map<String, String> contents) {
    Map<String, String> byPath = new TreeMap<>();
    contents.forEach(
        (key, value) ->
            byPath.merge(
                key.substring(key.indexOf(" ")), value, (a, b) -> a.equals(b) ? a : a + b));
    return byPath;
  }

  private List<VerificationReport.Problem> problems(MemoryStore which) {
    try (Repository repository = samples.open(which)) {
      return repository.verification().run(VerificationLevel.CONTENT, bytes -> {}).problems();
    }
  }

  private static List<ObjectName> packs(MemoryStore which) {
    try (Stream<ObjectStat> objects = which.list(PackName.PREFIX)) {
      return objects.map(ObjectStat::name).sorted().toList();
    }
  }
}
