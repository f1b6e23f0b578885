package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.StorageAccessException;
import io.holdfast.storage.StorageException;
import io.holdfast.storage.StorageInterruptedException;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pack whose bytes the store does not give, as when a sector of a disk is bad. It is told from a
 * store that is away.
 */
class UnreadablePackTest {
  private static final List<Supplier<StorageException>> FAILURES =
      List.of(UnreadablePackTest::badSector, UnreadablePackTest::refused);

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private SampleBackups samples;
  private Map<String, String> before;

  private static StorageException badSector() {
    return new StorageUnavailableException("Input/output error", "check the disk", null);
  }

  private static StorageException refused() {
    return new StorageAccessException("access denied", "check the mode", null);
  }

  @BeforeEach
  void makeABackup() {
    samples = new SampleBackups(directory);
    samples.backup(store, 0);
    before = samples.contents(store);
  }

  @Test
  void isReadFromAnotherThatHoldsTheSameWithAWarning() {
    for (Supplier<StorageException> failure : FAILURES) {
      List<String> warnings = List.of();
      // Which of two copies is read first follows from the random names of both packs.
      for (int attempt = 0; attempt < 40 && warnings.isEmpty(); attempt++) {
        MemoryStore fresh = new MemoryStore();
        samples.backup(fresh, 0);
        ObjectName pack = packs(fresh).getFirst();
        warnings = readAround(fresh, pack, failure);
        assertThat(warnings)
            .allMatch(warning -> warning.startsWith(pack + " cannot be read"))
            .allMatch(warning -> warning.endsWith("another copy served"));
      }
      assertThat(warnings).isNotEmpty();
    }
  }

  /** What a reader warns of when the pack, which another repeats, cannot be read. */
  private List<String> readAround(
      MemoryStore disk, ObjectName pack, Supplier<StorageException> failure) {
    FaultyStore faulty = unreadable(storedTwice(disk, pack), pack, failure);
    assertThat(samples.contents(faulty)).containsAllEntriesOf(samples.contents(disk));
    try (Repository repository = samples.open(faulty)) {
      readAll(repository);
      return List.copyOf(repository.warnings());
    }
  }

  @Test
  void failsTheReadWithItsNameWhenNoOtherHoldsTheSame() {
    for (ObjectName pack : packs(store)) {
      UnreadableObjectException failure =
          catchThrowableOfType(
              UnreadableObjectException.class,
              () -> samples.contents(unreadable(store, pack, UnreadablePackTest::refused)));
      assertThat(failure.what()).isEqualTo(pack.value());
      assertThat(failure.category()).isEqualTo(FailureCategory.ACCESS);
      assertThat(failure).hasMessageContaining("access denied").hasMessageContaining(pack.value());
      assertThat(failure.hint()).isEqualTo("check the mode");
    }
  }

  @Test
  void isAFindingOfAVerificationThatGoesOn() {
    for (ObjectName pack : packs(store)) {
      assertThat(verify(unreadable(store, pack, UnreadablePackTest::badSector)))
          .anyMatch(problem -> problem.object().equals(pack.value()));
      assertThat(verify(unreadable(storedTwice(store, pack), pack, UnreadablePackTest::badSector)))
          .isEmpty();
    }
  }

  @Test
  void doesNotKeepTheNextBackupFromBeingMade() {
    for (ObjectName pack : packs(store)) {
      MemoryStore disk = store.copy();
      samples.backup(unreadable(disk, pack, UnreadablePackTest::badSector), 1);
      assertThat(samples.contents(disk)).hasSize(2 * SampleBackups.ENTRIES);
    }
  }

  /** A range of many chunks is fetched at once; only one of them may lie on the bad sector. */
  @Test
  void doesNotTakeTheReadableChunksBesideItAway() {
    int reads = 0;
    FaultyStore counting = new FaultyStore(store);
    samples.contents(counting);
    for (int call = 1; call <= counting.count(FaultyStore.Call.GET); call++) {
      FaultyStore faulty =
          new FaultyStore(store).fail(FaultyStore.Call.GET, call, UnreadablePackTest::badSector);
      try {
        assertThat(samples.contents(faulty)).isEqualTo(before);
        reads++;
      } catch (StorageException e) {
        assertThat(e).hasMessage("Input/output error"); // of a record or an index object
      }
    }
    assertThat(reads).isGreaterThanOrEqualTo(packs(store).size());
  }

  @Test
  void isNoneWhenTheStoreIsAway() {
    MemoryStore twice = storedTwice(store, packs(store).getFirst());
    FaultyStore away =
        new FaultyStore(twice)
            .failFrom(FaultyStore.Call.GET, 1, PackName.PREFIX, UnreadablePackTest::badSector)
            .failFrom(FaultyStore.Call.STAT, 1, "", UnreadablePackTest::badSector);
    try (Repository repository = samples.open(away)) {
      assertThatThrownBy(() -> readAll(repository))
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessage("Input/output error");
      assertThat(repository.warnings()).isEmpty();
    }
    assertThat(away.count(FaultyStore.Call.STAT)).isEqualTo(1);
  }

  @Test
  void isNoneWhenTheReadIsInterrupted() {
    FaultyStore faulty =
        new FaultyStore(storedTwice(store, packs(store).getFirst()))
            .failFrom(
                FaultyStore.Call.GET,
                1,
                PackName.PREFIX,
                () -> new StorageInterruptedException("interrupted", "", null));
    assertThatThrownBy(() -> samples.contents(faulty))
        .isInstanceOf(StorageInterruptedException.class);
    assertThat(faulty.count(FaultyStore.Call.STAT)).isZero();
  }

  private static FaultyStore unreadable(
      MemoryStore disk, ObjectName pack, Supplier<StorageException> failure) {
    return new FaultyStore(disk).failFrom(FaultyStore.Call.GET, 1, pack.value(), failure);
  }

  /** A backup that was made while a pack was not there has all of it in others. */
  private MemoryStore storedTwice(MemoryStore disk, ObjectName pack) {
    MemoryStore twice = disk.copy();
    twice.delete(pack);
    samples.backup(twice, 0);
    twice.replace(pack, disk.get(pack));
    return twice;
  }

  private static void readAll(Repository repository) {
    for (BackupRecord record : repository.backups().list()) {
      Manifest manifest = repository.manifest(record.sources().getFirst());
      for (Manifest.Cursor cursor = manifest.cursor(); cursor.hasNext(); ) {
        Entry entry = cursor.next();
        if (entry.content() != null) {
          repository.contents().readSmall(entry.content(), 1 << 24);
        }
      }
      assertThat(manifest.find(BytePath.of("pages"))).isPresent();
    }
  }

  private List<VerificationReport.Problem> verify(FaultyStore which) {
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
