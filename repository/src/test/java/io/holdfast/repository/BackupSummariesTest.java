package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
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
      made.add(backup(round));
    }
    try (Stream<Path> files = Files.walk(cache)) {
      file = files.filter(path -> path.endsWith("backups")).findFirst().orElseThrow();
    }
  }

  private BackupRecord backup(int round) {
    try (Repository repository = samples.open(store, cache);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      return samples.write(repository, session, round);
    }
  }

  /** Its highest sequence is known from the next backup's. */
  private void assertLatest(BackupRecord expected, long highestSequence) {
    try (Repository repository = samples.open(store, cache)) {
      assertThat(repository.backups().latestOf(POLICY)).hasValue(expected);
      assertThat(repository.backups().latestOf("another policy")).isEmpty();
      assertThat(repository.backups().highestSequence()).isEqualTo(highestSequence);
    }
  }

  @Test
  void theNewestOfAPolicyIsFoundAndNothingElseIsRead() {
    assertLatest(made.get(3), made.get(3).sequence());
    for (BackupRecord older : made.subList(0, 3)) {
      store.replace(older.id().object(), new byte[100]);
    }
    assertLatest(made.get(3), made.get(3).sequence());
    BackupRecord next = backup(4);
    assertThat(next.sequence()).isEqualTo(made.get(3).sequence() + 1);
    assertLatest(next, next.sequence());
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
      Files.write(file, java.util.Arrays.copyOf(bytes, length));
      assertLatest(made.get(3), made.get(3).sequence());
      assertThat(file).hasBinaryContent(whole);
    }
    Files.delete(file);
    assertLatest(made.get(3), made.get(3).sequence());
    assertThat(file).hasBinaryContent(whole);
  }

  @Test
  void theFileIsForItsOwnerAlone() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void whatIsNotListedAnyMoreIsForgottenWhenSomethingIsAdded() {
    Path other = directory.resolve("other/backups");
    BackupSummaries summaries = new BackupSummaries(other);
    List<ObjectName> names = made.stream().map(record -> record.id().object()).toList();
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
          return made.stream()
              .filter(record -> record.id().object().equals(name))
              .findFirst()
              .orElseThrow();
        },
        summary -> visited.add(summary.name()));
    return visited;
  }
}
