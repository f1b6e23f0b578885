package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new backup reads few records of others, and whatever becomes of the file, the right ones. */
class BackupSummariesTest {
  private static final String POLICY = WriteAndReadTest.plan().policy();

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final List<BackupRecord> made = new ArrayList<>();
  private SampleBackups samples;
  private Path cache;
  private Path file;

  @BeforeEach
  void makeBackups() throws IOException {
    samples = new SampleBackups(directory);
    cache = directory.resolve("kept");
    for (int round = 0; round < 4; round++) {
      made.add(backup(round, POLICY));
    }
    try (Stream<Path> files = Files.walk(cache)) {
      file = files.filter(path -> path.endsWith("backups")).findFirst().orElseThrow();
    }
  }

  private BackupRecord backup(int round, String policy) {
    BackupPlan plan = new BackupPlan(BackupType.FULL, policy, null, List.of());
    try (Repository repository = samples.open(store, cache);
        BackupSession session = repository.startBackup(plan)) {
      return samples.write(repository, session, round);
    }
  }

  private void assertLatest(BackupRecord expected, long highestSequence) {
    try (Repository repository = samples.open(store, cache)) {
      assertThat(repository.backups().latestOf(POLICY)).hasValue(expected);
      assertThat(repository.backups().latestOf("another policy")).isEmpty();
      assertThat(repository.backups().highestSequence()).isEqualTo(highestSequence);
    }
  }

  @Test
  void theNewestOfAPolicyIsFoundAndNothingElseIsRead() {
    BackupRecord other = backup(4, "another policy");
    assertThat(latestOf(POLICY)).hasValue(made.get(3));
    for (BackupRecord older : made.subList(0, 3)) {
      store.replace(older.id().object(), new byte[100]);
    }
    try (Repository repository = samples.open(store, cache)) {
      assertThat(repository.backups().latestOf(POLICY)).hasValue(made.get(3));
      assertThat(repository.backups().latestOf("another policy")).hasValue(other);
      assertThat(repository.backups().latestOf("no policy")).isEmpty();
      assertThat(repository.backups().highestSequence()).isEqualTo(other.sequence());
      assertThat(repository.warnings()).as("damaged records that were read").isEmpty();
    }
  }

  @Test
  void aFileThatSaysWhatIsNotTrueMisleadsNobody() {
    lie(1, new BackupSummaries.Said(made.get(3).sequence() + 10, POLICY));
    assertThat(latestOf(POLICY)).hasValue(made.get(3));
    lie(4, new BackupSummaries.Said(made.get(0).sequence(), "another policy"));
    assertThat(latestOf("another policy")).isEmpty();
  }

  /** Writes that this stands under the names of the first backups. */
  private void lie(int backups, BackupSummaries.Said lie) {
    BackupSummaries summaries = new BackupSummaries(file, new DamageNotes());
    summaries.forget();
    summaries.forEach(names().stream().limit(backups), name -> lie, said -> {});
  }

  private List<ObjectName> names() {
    return made.stream().map(record -> record.id().object()).toList();
  }

  @Test
  void whereThereCanBeNoFileBackupsAreMadeAndSaySo() throws IOException {
    Files.delete(file);
    Files.createDirectory(file);
    Files.createFile(file.resolve("full"));
    BackupRecord next = backup(4, POLICY);
    assertThat(next.sequence()).isEqualTo(made.get(3).sequence() + 1);
    assertThat(next.warnings()).singleElement().asString().contains(file + " cannot be used");
    assertThat(latestOf(POLICY)).hasValue(next);
  }

  @Test
  void aLinkInItsPlaceIsReplacedAndNotFollowed() throws IOException {
    Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "kept");
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);
    assertThat(latestOf(POLICY)).hasValue(made.get(3));
    assertThat(elsewhere).hasContent("kept");
    assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  private Optional<BackupRecord> latestOf(String policy) {
    try (Repository repository = samples.open(store, cache)) {
      return repository.backups().latestOf(policy);
    }
  }

  @Test
  void aBackupThatIsGoneOrDamagedIsPassedOver() {
    assertLatest(made.get(3), made.get(3).sequence());
    store.delete(made.get(3).id().object());
    assertLatest(made.get(2), made.get(2).sequence());
    store.replace(made.get(2).id().object(), new byte[100]);
    assertLatest(made.get(1), made.get(1).sequence());
  }

  @Test
  void whateverIsInTheFileNothingElseIsFound() throws IOException {
    assertLatest(made.get(3), made.get(3).sequence());
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(5);
    for (int attempt = 0; attempt < 200; attempt++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      int length = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length);
      Files.write(file, Arrays.copyOf(bytes, length));
      assertLatest(made.get(3), made.get(3).sequence());
      assertThat(file).hasBinaryContent(whole);
    }
    Files.delete(file);
    assertLatest(made.get(3), made.get(3).sequence());
    assertThat(file).hasBinaryContent(whole);
  }

  @Test
  void whatAProcessLeftThatDiedIsGoneAfterTheNextBackup() throws IOException {
    Path left = Files.write(file.resolveSibling("backups.new"), new byte[100_000]);
    BackupRecord next = backup(4, POLICY);
    assertThat(latestOf(POLICY)).hasValue(next);
    assertThat(left).doesNotExist();
    assertThat(file).isRegularFile();
  }

  @Test
  void theFileIsForItsOwnerAlone() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void whatIsNotListedAnyMoreIsForgottenWhenSomethingIsAdded() {
    BackupSummaries summaries =
        new BackupSummaries(directory.resolve("other/backups"), new DamageNotes());
    List<ObjectName> names = names();
    List<ObjectName> read = new ArrayList<>();
    assertThat(visit(summaries, names.subList(0, 3), read)).isEqualTo(names.subList(0, 3));
    assertThat(visit(summaries, names.subList(1, 4), read)).isEqualTo(names.subList(1, 4));
    assertThat(visit(summaries, names, read)).isEqualTo(names);
    assertThat(read)
        .containsExactly(names.get(0), names.get(1), names.get(2), names.get(3), names.get(0));
  }

  private List<ObjectName> visit(
      BackupSummaries summaries, List<ObjectName> names, List<ObjectName> read) {
    List<ObjectName> visited = new ArrayList<>();
    summaries.forEach(
        names.stream(),
        name -> {
          read.add(name);
          return new BackupSummaries.Said(1, POLICY);
        },
        said -> visited.add(said.name()));
    return visited;
  }

  @Test
  void aTombstoneIsReadOnceAndWhatCannotBeReadEachTime() {
    BackupSummaries summaries =
        new BackupSummaries(directory.resolve("other/backups"), new DamageNotes());
    List<ObjectName> names = names();
    List<ObjectName> read = new ArrayList<>();
    for (int time = 0; time < 2; time++) {
      summaries.forEach(
          names.stream().limit(2),
          name -> {
            read.add(name);
            return name.equals(names.get(0)) ? BackupSummaries.Said.OF_TOMBSTONE : null;
          },
          said -> assertThat(said.sequence()).isZero());
    }
    assertThat(read).containsExactly(names.get(0), names.get(1), names.get(1));
  }
}
