package io.holdfast.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.ManifestWriter;
import io.holdfast.repository.SourceRecord;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.StorageException;
import io.holdfast.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeBackupTest {
  private static final int PIECE = 1000;

  @TempDir Path temp;
  private TreeFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new TreeFixture(temp);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** A listener that does something whenever bytes, or entries, are done. */
  private static TreeProgress listener(Runnable onEntries, Runnable onBytes) {
    return new TreeProgress() {
      @Override
      public void entries(long count) {
        onEntries.run();
      }

      @Override
      public void bytes(long count) {
        onBytes.run();
      }
    };
  }

  private static void append(Path file) {
    try {
      Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TreeFixture.Backup incremental(TreeFixture.Backup previous) throws IOException {
    return fixture.backup(
        fixture.options(), new PreviousTree(previous.manifest(), TreeFixture.LATER));
  }

  private static Entry entry(TreeFixture.Backup backup, String path) {
    return backup.manifest().find(BytePath.of(path)).orElseThrow();
  }

  @Test
  void entriesComeInPathOrderWithNamesOfOwners() throws Exception {
    fixture.file("a/x", new byte[] {1});
    fixture.file("a!", new byte[] {2});
    fixture.file("b", new byte[] {3});
    TreeFixture.Backup backup = fixture.backup();
    assertThat(backup.paths().stream().map(BytePath::toString))
        .containsExactly("", "a", "a/x", "a!", "b");
    assertThat(backup.result().files()).isEqualTo(3);
    assertThat(backup.result().directories()).isEqualTo(2);
    assertThat(backup.result().filesRead()).isEqualTo(3);
    BytePath user = entry(backup, "b").user();
    assertThat(user).hasToString(System.getProperty("user.name"));
  }

  @Test
  void anIncrementalReadsWhatChanged() throws Exception {
    fixture.file("same", "same".getBytes(US_ASCII));
    Path changed = fixture.file("changed", "one".getBytes(US_ASCII));
    fixture.file("gone", new byte[] {1});
    TreeFixture.Backup full = fixture.backup();
    Files.write(changed, "two".getBytes(US_ASCII));
    Files.delete(fixture.source.resolve("gone"));
    fixture.file("new", new byte[] {2});
    TreeFixture.Backup incremental = incremental(full);
    assertThat(incremental.result().filesUnchanged()).isEqualTo(1);
    assertThat(incremental.result().filesRead()).isEqualTo(2);
    assertThat(entry(incremental, "same")).isEqualTo(entry(full, "same"));
    fixture.restore(incremental.manifest());
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void aChangeThatKeepsSizeAndTimeIsSeen() throws Exception {
    Path file = fixture.file("file", "one".getBytes(US_ASCII));
    TreeFixture.Backup full = fixture.backup();
    var time = Files.getLastModifiedTime(file);
    Files.write(file, "two".getBytes(US_ASCII));
    Files.setLastModifiedTime(file, time);
    assertThat(incremental(full).result().filesRead()).isEqualTo(1);
  }

  @Test
  void aReplacedFileIsSeen() throws Exception {
    Path file = fixture.file("file", "one".getBytes(US_ASCII));
    TreeFixture.Backup full = fixture.backup();
    Path other = fixture.file("other", "two".getBytes(US_ASCII));
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(incremental(full).result().filesRead()).isEqualTo(1);
  }

  @Test
  void aFileAsYoungAsTheLastBackupIsReadAgain() throws Exception {
    Path file = fixture.file("file", "one".getBytes(US_ASCII));
    TreeFixture.Backup full = fixture.backup();
    FileStatus status;
    try (DirectoryHandle source = fixture.openSource()) {
      status = source.status(BytePath.of("file"));
    }
    var changed =
        java.time.Instant.ofEpochSecond(status.changed().seconds(), status.changed().nanos());
    TreeFixture.Backup young =
        fixture.backup(
            fixture.options(), new PreviousTree(full.manifest(), changed.plusSeconds(1)));
    assertThat(young.result().filesRead()).isEqualTo(1);
    TreeFixture.Backup old =
        fixture.backup(
            fixture.options(), new PreviousTree(full.manifest(), changed.plusSeconds(3)));
    assertThat(old.result().filesUnchanged()).isEqualTo(1);
    assertThat(file).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lost", "on a bad sector"})
  void aPreviousManifestThatCannotBeReadIsReportedAndAllIsRead(String how) throws Exception {
    fixture.file("a", new byte[] {1});
    fixture.backup();
    fixture.file("b", new byte[] {2});
    FaultyStore seen = new FaultyStore(fixture.store);
    List<ObjectStat> packs;
    try (Stream<ObjectStat> all = fixture.store.list("packs/")) {
      packs = all.toList();
    }
    int metadataPack = 4;
    for (ObjectStat pack : packs) {
      if (fixture.store.get(pack.name())[8] == metadataPack) {
        if (how.equals("lost")) {
          fixture.store.delete(pack.name());
        } else {
          seen.failFrom(FaultyStore.Call.GET, 1, pack.name().value(), TreeBackupTest::badSector);
        }
      }
    }
    Path again = Files.createDirectory(temp.resolve("again"));
    try (TreeFixture reopened = new TreeFixture(again, fixture.store, seen)) {
      Files.write(reopened.source.resolve("a"), new byte[] {1});
      SourceRecord record = reopened.repository.backups().list().getFirst().sources().getFirst();
      TreeFixture.Backup backup =
          reopened.backup(
              reopened.options(),
              new PreviousTree(reopened.repository.manifest(record), TreeFixture.LATER));
      assertThat(backup.result().warnings().count(TreeWarning.Kind.PREVIOUS_DAMAGED)).isEqualTo(1);
      assertThat(backup.result().filesRead()).isEqualTo(1);
    }
  }

  private static StorageException badSector() {
    return new StorageUnavailableException("Input/output error", "check the disk", null);
  }

  private static final int MANY = 40;

  /** More than is kept of one file; tmpfs takes it, where others have room for some KiB only. */
  private void setManyAttributes(Path directory) throws IOException {
    try (DirectoryHandle source = DirectoryHandle.open(TreeFixture.bytes(directory))) {
      for (int i = 0; i < MANY; i++) {
        source
            .node(BytePath.of("file"))
            .setAttribute(("user.a" + i).getBytes(US_ASCII), new byte[60_000]);
      }
    } catch (PosixException e) {
      abort("this file system does not take so many attributes: " + e.reason());
    }
  }

  @Test
  void attributesThatWereLeftOutAreReportedByEveryBackup() throws Exception {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "needs a tmpfs");
    Path directory = Files.createTempDirectory(memory, "holdfast");
    try (TreeFixture large = new TreeFixture(directory)) {
      large.file("file", "content".getBytes(US_ASCII));
      setManyAttributes(large.source);
      TreeFixture.Backup full = large.backup();
      long left = full.result().warnings().count(TreeWarning.Kind.ATTRIBUTES_NOT_READ);
      assertThat(left).isPositive().isEqualTo(MANY - entry(full, "file").attributes().size());
      assertThat(entry(full, "file").flags().attributesIncomplete()).isTrue();
      assertThat(entry(full, "").flags().attributesIncomplete()).isFalse();
      TreeFixture.Backup incremental =
          large.backup(large.options(), new PreviousTree(full.manifest(), TreeFixture.LATER));
      assertThat(incremental.result().warnings().counts())
          .isEqualTo(full.result().warnings().counts());
      assertThat(entry(incremental, "file")).isEqualTo(entry(full, "file"));
      assertThat(incremental.result().filesUnchanged())
          .as("its content is not read again")
          .isEqualTo(1);
    } finally {
      deleteTree(directory);
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void anUnchangedFileHasTheNamesThatItsOwnersHaveNow() throws Exception {
    Path file = fixture.file("file", "content".getBytes(US_ASCII));
    TreeFixture.Backup full = fixture.backup();
    Manifest renamed =
        fixture.commit(
            session -> {
              ManifestWriter manifest = session.manifest();
              manifest.add(
                  entry(full, "file")
                      .copyAs(BytePath.of("file"))
                      .ownerNames(BytePath.of("former"), BytePath.of("former"))
                      .build());
              return manifest.finish();
            });
    TreeFixture.Backup incremental =
        fixture.backup(fixture.options(), new PreviousTree(renamed, TreeFixture.LATER));
    assertThat(incremental.result().filesUnchanged()).isEqualTo(1);
    assertThat(entry(incremental, "file")).isEqualTo(entry(full, "file"));
    assertThat(file).exists();
  }

  @Test
  void linkedFilesAreReadOnce() throws Exception {
    Path first = fixture.file("a", "content".getBytes(US_ASCII));
    Files.createLink(fixture.source.resolve("b"), first);
    Files.createLink(fixture.source.resolve("c"), first);
    TreeFixture.Backup backup = fixture.backup();
    assertThat(backup.result().filesRead()).isEqualTo(1);
    assertThat(backup.result().filesLinked()).isEqualTo(2);
    assertThat(entry(backup, "c").content()).isEqualTo(entry(backup, "a").content());
    assertThat(entry(backup, "c").inode()).isEqualTo(entry(backup, "a").inode());
    assertThat(entry(backup, "c").links()).isEqualTo(3);
  }

  @Test
  void aFileThatKeepsChangingIsKeptAndReported() throws Exception {
    Path file = fixture.file("log", new byte[1000]);
    fixture.file("quiet", new byte[0]);
    TreeFixture.Backup backup =
        fixture.backup(fixture.options(), null, listener(() -> {}, () -> append(file)));
    assertThat(backup.result().warnings().count(TreeWarning.Kind.CHANGED_WHILE_READ)).isEqualTo(1);
    assertThat(backup.result().warnings().first().getFirst().path()).hasToString("log");
    assertThat(entry(backup, "log").flags().changedWhileRead()).isTrue();
    assertThat(entry(backup, "quiet").flags().changedWhileRead()).isFalse();
    assertThat(incremental(backup).result().filesRead()).isEqualTo(1);
  }

  @Test
  void aFileThatChangedOnceIsReadAgainAndFine() throws Exception {
    Path file = fixture.file("file", new byte[1000]);
    AtomicBoolean done = new AtomicBoolean();
    TreeFixture.Backup backup =
        fixture.backup(
            fixture.options(),
            null,
            listener(
                () -> {},
                () -> {
                  if (!done.getAndSet(true)) {
                    append(file);
                  }
                }));
    assertThat(backup.result().warnings().total()).isZero();
    assertThat(entry(backup, "file").size()).isEqualTo(1001);
  }

  /** Cuts a piece off a file, whenever some bytes were read, so often. */
  private static TreeProgress cutting(Path file, int times) {
    AtomicInteger left = new AtomicInteger(times);
    return listener(
        () -> {},
        () -> {
          if (left.getAndDecrement() > 0) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
              channel.truncate(channel.size() - PIECE);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
  }

  private byte[] restored(TreeFixture.Backup backup) throws IOException {
    fixture.restore(backup.manifest());
    return Files.readAllBytes(fixture.target.resolve("file"));
  }

  @Test
  void aFileThatBecomesShorterIsReported() throws Exception {
    byte[] content = new byte[3 << 20];
    new Random(1).nextBytes(content);
    Path file = fixture.file("file", content);
    TreeFixture.Backup backup =
        fixture.backup(fixture.options(), null, cutting(file, Integer.MAX_VALUE));
    assertThat(backup.result().warnings().first().stream().map(TreeWarning::toString))
        .containsExactly("file: changed while read: read 3 times");
    assertThat(entry(backup, "file").flags().changedWhileRead()).isTrue();
    byte[] restored = restored(backup);
    assertThat(restored.length).isBetween(1, content.length - PIECE);
    assertThat(restored).isEqualTo(Arrays.copyOf(content, restored.length));
  }

  @Test
  void aFileThatBecameShorterOnceIsReadAgainAndFine() throws Exception {
    byte[] content = new byte[3 << 20];
    new Random(1).nextBytes(content);
    Path file = fixture.file("file", content);
    TreeFixture.Backup backup = fixture.backup(fixture.options(), null, cutting(file, 1));
    assertThat(backup.result().warnings().first()).isEmpty();
    assertThat(entry(backup, "file").flags().changedWhileRead()).isFalse();
    assertThat(restored(backup)).isEqualTo(Arrays.copyOf(content, content.length - PIECE));
  }

  @Test
  void whatVanishesIsOnlyNoticed() throws Exception {
    Path gone = fixture.file("zz", new byte[1]);
    fixture.file("aa", new byte[1]);
    AtomicBoolean done = new AtomicBoolean();
    TreeFixture.Backup backup =
        fixture.backup(
            fixture.options().withLimits(1, 1, 1000),
            null,
            listener(
                () -> {
                  if (!done.getAndSet(true)) {
                    assertThat(gone.toFile().delete()).isTrue();
                  }
                },
                () -> {}));
    assertThat(backup.result().warnings().notices()).isEqualTo(1);
    assertThat(backup.result().warnings().total()).isZero();
    assertThat(backup.paths().stream().map(BytePath::toString)).containsExactly("", "aa");
  }

  @Test
  void whatCannotBeReadIsListedAndTheRestIsKept() throws Exception {
    TreeBackupResult result =
        Unprivileged.call(
            fixture,
            () -> {
              try (TreeFixture own = new TreeFixture(Files.createDirectory(temp.resolve("own")))) {
                own.file("closed/inside", new byte[] {1});
                own.file("file", new byte[] {2});
                own.file("fine", new byte[] {3});
                try (DirectoryHandle source = own.openSource()) {
                  source.node(BytePath.of("closed")).setPermissions(0);
                  source.node(BytePath.of("file")).setPermissions(0);
                }
                TreeFixture.Backup backup = own.backup();
                assertThat(backup.paths().stream().map(BytePath::toString))
                    .containsExactly("", "closed", "fine");
                return backup.result();
              }
            });
    assertThat(result.warnings().count(TreeWarning.Kind.UNREADABLE)).isEqualTo(2);
    assertThat(result.warnings().first().stream().map(TreeWarning::toString))
        .containsExactlyInAnyOrder(
            "closed: unreadable: Permission denied", "file: unreadable: Permission denied");
  }

  @Test
  void aRootThatCannotBeReadIsAnError() throws Exception {
    Files.delete(fixture.source);
    assertThatThrownBy(() -> fixture.backup())
        .isInstanceOf(TreeException.class)
        .hasMessageContaining("No such file or directory");
    Files.write(fixture.source, new byte[1]);
    assertThatThrownBy(() -> fixture.backup())
        .isInstanceOf(TreeException.class)
        .hasMessageContaining("Not a directory");
  }

  @Test
  void filteredPathsAreLeftOut() throws Exception {
    fixture.file("keep/a", new byte[1]);
    fixture.file("keep/a.tmp", new byte[1]);
    fixture.file("drop/b", new byte[1]);
    TreeFilter filter =
        TreeFilter.of(List.of(), List.of(BytePath.of("*.tmp"), BytePath.of("/drop")));
    TreeFixture.Backup backup = fixture.backup(fixture.options().withFilter(filter), null);
    assertThat(backup.paths().stream().map(BytePath::toString))
        .containsExactly("", "keep", "keep/a");
  }

  @Test
  void anInterruptEndsIt() throws Exception {
    for (int i = 0; i < 50; i++) {
      fixture.file("f" + i, new byte[100]);
    }
    Thread caller = Thread.currentThread();
    assertThatThrownBy(
            () ->
                fixture.backup(
                    fixture.options().withLimits(2, 4, 1000),
                    null,
                    listener(() -> {}, caller::interrupt)))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(fixture.spool).isEmptyDirectory();
  }

  @Test
  void warningsAreBoundedAndAllCounted() {
    WarningLog log = new WarningLog(3);
    for (int i = 0; i < 10; i++) {
      log.add(BytePath.of("f" + i), TreeWarning.Kind.UNREADABLE, "no");
    }
    assertThat(log.snapshot().first()).hasSize(3);
    assertThat(log.snapshot().total()).isEqualTo(10);
  }
}
