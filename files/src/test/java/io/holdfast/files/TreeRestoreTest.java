package io.holdfast.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.files.TreeRestoreOptions.Ownership;
import io.holdfast.posix.Accounts;
import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Content;
import io.holdfast.repository.ContentReader;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.ManifestRef;
import io.holdfast.repository.ManifestWriter;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeRestoreTest {
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

  private TreeFixture.Backup backupOf(String... files) throws IOException {
    for (String file : files) {
      fixture.file(file, file.getBytes(US_ASCII));
    }
    return fixture.backup();
  }

  private List<String> target() throws IOException {
    try (Stream<Path> files = Files.walk(fixture.target)) {
      return files
          .map(path -> fixture.target.relativize(path).toString())
          .filter(path -> !path.isEmpty())
          .sorted()
          .toList();
    }
  }

  private Manifest manifestOf(Entry... entries) throws IOException {
    return fixture.commit(
        session -> {
          ManifestWriter manifest = session.manifest();
          manifest.add(Entry.builder(BytePath.EMPTY, NodeType.DIRECTORY).mode(0755).build());
          for (Entry entry : entries) {
            boolean isFile = entry.type() == NodeType.FILE;
            manifest.add(
                !isFile
                    ? entry
                    : Entry.builder(entry.path(), NodeType.FILE)
                        .mode(entry.mode())
                        .owner(entry.uid(), entry.gid())
                        .content(
                            session.write(new ByteArrayInputStream(new byte[] {1, 2, 3})::read))
                        .build());
          }
          return manifest.finish();
        });
  }

  private static Entry.Builder entry(String path, NodeType type) {
    return Entry.builder(BytePath.of(path), type).mode(0755);
  }

  @Test
  void refusesATargetThatIsNotEmpty() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    Files.createDirectories(fixture.target);
    Files.write(fixture.target.resolve("mine"), new byte[] {1});
    assertThatThrownBy(() -> fixture.restore(backup.manifest()))
        .isInstanceOf(TargetConflictException.class)
        .hasMessage(fixture.target + " is not empty");
    assertThat(target()).containsExactly("mine");
  }

  @Test
  void aCheckFindsWhatARestoreWouldRefuseAndChangesNothing() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    TreeRestoreOptions options = TreeRestoreOptions.defaults();
    TreeRestoreOptions overwriting = options.withOverwrite(true);
    fixture.check(backup.manifest(), options);
    assertThat(fixture.target).doesNotExist();
    assertThatThrownBy(
            () ->
                fixture.check(backup.manifest(), options.withPaths(List.of(BytePath.of("absent")))))
        .isInstanceOf(PathNotInBackupException.class);

    Path other = Files.createDirectories(fixture.target.resolve(".holdfast-restore"));
    Files.createFile(other.resolve("manifest-of-another"));
    assertThatThrownBy(() -> fixture.check(backup.manifest(), options))
        .isInstanceOf(TargetConflictException.class)
        .hasMessageContaining("unfinished restore of another backup");
    fixture.check(backup.manifest(), overwriting);
    try (DirectoryHandle work = DirectoryHandle.open(TreeFixture.bytes(other))) {
      assertThat(work.tryLock()).isTrue();
      assertThatThrownBy(() -> fixture.check(backup.manifest(), overwriting))
          .isInstanceOf(TargetConflictException.class)
          .hasMessageContaining("another restore");
    }
    assertThat(target())
        .containsExactlyInAnyOrder(".holdfast-restore", ".holdfast-restore/manifest-of-another");

    Files.delete(other.resolve("manifest-of-another"));
    Files.move(other, fixture.target.resolve("mine"));
    assertThatThrownBy(() -> fixture.check(backup.manifest(), options))
        .isInstanceOf(TargetConflictException.class)
        .hasMessage(fixture.target + " is not empty");
    fixture.check(backup.manifest(), overwriting);

    Files.delete(fixture.target.resolve("mine"));
    Files.delete(fixture.target);
    Files.createFile(fixture.target);
    assertThatThrownBy(() -> fixture.check(backup.manifest(), overwriting))
        .isInstanceOf(TreeException.class)
        .hasMessageContaining("Not a directory");
  }

  @Test
  void takesANewFileSystem() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    Files.createDirectories(fixture.target.resolve("lost+found"));
    fixture.restore(backup.manifest());
    assertThat(target()).containsExactly("a", "lost+found");
  }

  @Test
  void aDirectoryForLostFilesThatTheBackupHasTooIsNotTakenForNothing() throws Exception {
    TreeFixture.Backup backup = backupOf("lost+found/a");
    Files.createDirectories(fixture.target.resolve("lost+found"));
    assertThatThrownBy(() -> fixture.restore(backup.manifest()))
        .isInstanceOf(TargetConflictException.class);
    assertThat(target()).containsExactly("lost+found");
  }

  @Test
  void takesAnEmptyTarget() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    Files.createDirectories(fixture.target);
    fixture.restore(backup.manifest());
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void aTargetWhoseParentIsMissingIsAnError() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    TreeRestore restore =
        new TreeRestore(
            backup.manifest(),
            fixture.repository.contents(),
            TreeRestoreOptions.defaults(),
            TreeProgress.NONE);
    assertThatThrownBy(() -> restore.run(TreeFixture.bytes(temp.resolve("no/where"))))
        .isInstanceOf(TreeException.class)
        .hasMessageContaining("No such file or directory");
  }

  @Test
  void anUnfinishedRestoreIsNotMixedWithThatOfAnotherBackup() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    Path work = Files.createDirectories(fixture.target.resolve(".holdfast-restore"));
    Files.createFile(work.resolve("manifest-of-another"));
    Files.createFile(work.resolve("half"));
    assertThatThrownBy(() -> fixture.restore(backup.manifest()))
        .isInstanceOf(TargetConflictException.class)
        .hasMessageContaining("unfinished restore of another backup");
    assertThat(work.resolve("half")).exists();
    fixture.restore(backup.manifest(), TreeRestoreOptions.defaults().withOverwrite(true));
    assertThat(target()).containsExactly("a");
  }

  @Test
  void overwritesWhatIsInTheBackupAndLeavesTheRest() throws Exception {
    TreeFixture.Backup backup = backupOf("a", "dir/b", "dir/c", "was-link/d");
    Files.createDirectories(fixture.target.resolve("dir"));
    Files.write(fixture.target.resolve("dir/b"), new byte[10_000]);
    Files.write(fixture.target.resolve("dir/mine"), new byte[] {1});
    Files.createSymbolicLink(fixture.target.resolve("dir/c"), temp.resolve("outside"));
    Files.createDirectories(temp.resolve("elsewhere"));
    Files.createSymbolicLink(fixture.target.resolve("was-link"), temp.resolve("elsewhere"));
    fixture.restore(backup.manifest(), TreeRestoreOptions.defaults().withOverwrite(true));
    assertThat(target())
        .containsExactly("a", "dir", "dir/b", "dir/c", "dir/mine", "was-link", "was-link/d");
    assertThat(temp.resolve("elsewhere")).isEmptyDirectory();
    assertThat(temp.resolve("outside")).doesNotExist();
    Files.delete(fixture.target.resolve("dir/mine"));
    try (DirectoryHandle source = fixture.openSource();
        DirectoryHandle target = DirectoryHandle.open(TreeFixture.bytes(fixture.target))) {
      BytePath dir = BytePath.of("dir");
      target.node(dir).setTimes(null, source.status(dir).modified());
    }
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void doesNotReplaceADirectoryByAFile() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    Files.createDirectories(fixture.target.resolve("a/mine"));
    assertThatThrownBy(
            () ->
                fixture.restore(
                    backup.manifest(), TreeRestoreOptions.defaults().withOverwrite(true)))
        .isInstanceOf(TargetConflictException.class)
        .hasMessageContaining("a is a directory and in the way");
    assertThat(fixture.target.resolve("a/mine")).exists();
  }

  @Test
  void restoresOnlyWhatWasAskedForAndTheWayToIt() throws Exception {
    TreeFixture.Backup backup =
        backupOf("a/b/c", "a/b/d", "a/b!", "a/x", "e/f", "g", "a/b/deep/er");
    Files.setPosixFilePermissions(
        fixture.source.resolve("a"),
        java.nio.file.attribute.PosixFilePermissions.fromString("rwx--x---"));
    TreeFixture.Backup again = fixture.backup();
    fixture.restore(
        again.manifest(),
        TreeRestoreOptions.defaults()
            .withPaths(
                List.of(
                    BytePath.of("g"),
                    BytePath.of("a/b"),
                    BytePath.of("a/b/c"),
                    BytePath.of("a/x"))));
    assertThat(target())
        .containsExactly("a", "a/b", "a/b/c", "a/b/d", "a/b/deep", "a/b/deep/er", "a/x", "g");
    try (DirectoryHandle source = fixture.openSource();
        DirectoryHandle target = DirectoryHandle.open(TreeFixture.bytes(fixture.target))) {
      FileStatus expected = source.status(BytePath.of("a"));
      FileStatus actual = target.status(BytePath.of("a"));
      assertThat(actual.permissions()).isEqualTo(expected.permissions());
      assertThat(actual.modified()).isEqualTo(expected.modified());
      assertThat(target.status().modified()).isEqualTo(source.status().modified());
    }
    assertThat(backup.paths()).hasSize(12);
  }

  @Test
  void aPathThatIsNotThereChangesNothing() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    for (String missing : List.of("b", "a/b", "../a", "/a", "a/")) {
      assertThatThrownBy(
              () ->
                  fixture.restore(
                      backup.manifest(),
                      TreeRestoreOptions.defaults().withPaths(List.of(BytePath.of(missing)))))
          .isInstanceOf(PathNotInBackupException.class);
    }
    assertThat(fixture.target).doesNotExist();
  }

  @Test
  void linksInABackupAreNotFollowed() throws Exception {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Manifest manifest =
        manifestOf(
            entry("a", NodeType.SYMLINK).linkTarget(TreeFixture.bytes(outside)).build(),
            entry("a/b", NodeType.FILE).build());
    assertThatThrownBy(() -> fixture.restore(manifest)).isInstanceOf(UnsafeEntryException.class);
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatBecomesALinkMeanwhileIsNotFollowed() throws Exception {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Manifest manifest =
        manifestOf(
            entry("a", NodeType.DIRECTORY).build(),
            entry("a/b", NodeType.DIRECTORY).build(),
            entry("a/b/c", NodeType.FILE).build());
    AtomicInteger calls = new AtomicInteger();
    assertThatThrownBy(
            () ->
                fixture.restore(
                    manifest,
                    TreeRestoreOptions.defaults(),
                    sink -> {
                      if (calls.getAndIncrement() == 0) {
                        swap(outside);
                      }
                      return sink;
                    }))
        .isInstanceOf(HoldfastException.class);
    assertThat(outside).isEmptyDirectory();
  }

  /** What somebody with rights in the target may do while a restore runs. */
  private void swap(Path outside) {
    try {
      Files.delete(fixture.target.resolve("a/b"));
      Files.createSymbolicLink(fixture.target.resolve("a/b"), outside);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aFullDiskIsOneClearErrorAndTheSameRestoreCanBeRunAgain() throws Exception {
    byte[] large = new byte[6 << 20];
    new Random(5).nextBytes(large);
    fixture.file("dir/large", large);
    TreeFixture.Backup backup = backupOf("a", "dir/b", "z");
    assertThatThrownBy(
            () ->
                fixture.restore(
                    backup.manifest(),
                    TreeRestoreOptions.defaults(),
                    sink -> new FullDisk(sink, 1 << 20)))
        .isInstanceOf(TreeException.class)
        .hasMessageContaining("No space left on device")
        .extracting(e -> ((TreeException) e).category())
        .isEqualTo(FailureCategory.FULL);
    assertThat(fixture.target.resolve("dir/large")).doesNotExist();
    assertThat(fixture.target.resolve(".holdfast-restore"))
        .isDirectoryNotContaining(file -> !file.getFileName().toString().startsWith("manifest-"));
    fixture.restore(backup.manifest());
    assertThat(fixture.compare().differences()).isEmpty();
  }

  private record FullDisk(ContentReader.Sink sink, long room) implements ContentReader.Sink {
    @Override
    public void write(long offset, byte[] bytes, int from, int length) throws IOException {
      if (offset + length > room) {
        throw new PosixException(Errno.ENOSPC, "pwrite", BytePath.of("file"));
      }
      sink.write(offset, bytes, from, length);
    }

    @Override
    public void hole(long offset, long length) throws IOException {
      sink.hole(offset, length);
    }

    @Override
    public void complete() throws IOException {
      sink.complete();
    }
  }

  @Test
  void twoRestoresIntoOneTargetExcludeEachOther() throws Exception {
    TreeFixture.Backup backup = backupOf("a");
    AtomicInteger refused = new AtomicInteger();
    fixture.restore(
        backup.manifest(),
        TreeRestoreOptions.defaults(),
        sink -> {
          assertThatThrownBy(() -> fixture.restore(backup.manifest()))
              .isInstanceOf(TargetConflictException.class)
              .hasMessageContaining("another restore");
          refused.incrementAndGet();
          return sink;
        });
    assertThat(refused).hasValue(1);
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void anInterruptEndsIt() throws Exception {
    TreeFixture.Backup backup = backupOf("a", "b", "c");
    assertThatThrownBy(
            () ->
                fixture.restore(
                    backup.manifest(),
                    TreeRestoreOptions.defaults(),
                    sink -> {
                      Thread.currentThread().interrupt();
                      return sink;
                    }))
        .isInstanceOf(CancelledException.class);
    Thread.interrupted();
    fixture.restore(backup.manifest());
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void aBackupOfAnUnfinishedTargetCanBeRestored() throws Exception {
    TreeFixture.Backup backup = backupOf("a", ".holdfast-restore/left", ".holdfast-restore-2");
    fixture.restore(backup.manifest());
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void manyHardLinksFarApart() throws Exception {
    for (int i = 0; i < 40; i++) {
      Path first = fixture.file("a" + i + "/first", new byte[] {(byte) i});
      Files.createDirectories(fixture.source.resolve("z" + i % 3));
      Files.createLink(fixture.source.resolve("z" + i % 3 + "/l" + i), first);
      Files.createLink(first.resolveSibling("second"), first);
    }
    TreeFixture.Backup backup = fixture.backup();
    TreeRestoreResult result = fixture.restore(backup.manifest());
    assertThat(result.files()).isEqualTo(120);
    assertThat(fixture.compare().differences()).isEmpty();
    // And over themselves.
    fixture.restore(backup.manifest(), TreeRestoreOptions.defaults().withOverwrite(true));
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void aSubsetWithoutTheFirstNameOfAFileHasItsContent() throws Exception {
    Path first = fixture.file("a/first", new byte[] {7});
    Files.createDirectories(fixture.source.resolve("b"));
    Files.createLink(fixture.source.resolve("b/second"), first);
    TreeFixture.Backup backup = fixture.backup();
    fixture.restore(
        backup.manifest(), TreeRestoreOptions.defaults().withPaths(List.of(BytePath.of("b"))));
    assertThat(target()).containsExactly("b", "b/second");
    assertThat(Files.readAllBytes(fixture.target.resolve("b/second"))).containsExactly(7);
  }

  @Test
  void withoutPrivilegeOwnersAreWarningsAndSetIdBitsAreDropped() throws Exception {
    assumeTrue(Accounts.effectiveUser() == 0, "needs root to give rights up");
    int mode =
        Unprivileged.call(
            fixture,
            () -> {
              try (TreeFixture own = new TreeFixture(Files.createDirectory(temp.resolve("own")))) {
                Manifest manifest =
                    own.commit(
                        session -> {
                          ManifestWriter writer = session.manifest();
                          writer.add(
                              entry("", NodeType.DIRECTORY)
                                  .owner(Unprivileged.USER, Unprivileged.USER)
                                  .build());
                          writer.add(
                              entry("device", NodeType.CHAR_DEVICE)
                                  .owner(0, 0)
                                  .deviceNumber(new Entry.DeviceNumber(1, 3))
                                  .build());
                          writer.add(
                              entry("suid", NodeType.FILE)
                                  .mode(06755)
                                  .owner(1, 1)
                                  .content(
                                      session.write(new ByteArrayInputStream(new byte[3])::read))
                                  .build());
                          return writer.finish();
                        });
                TreeRestoreResult result = own.restore(manifest);
                assertThat(result.warnings().count(TreeWarning.Kind.OWNER_NOT_SET)).isEqualTo(1);
                assertThat(result.warnings().count(TreeWarning.Kind.NODE_NOT_MADE)).isEqualTo(1);
                assertThat(result.warnings().count(TreeWarning.Kind.METADATA_NOT_SET)).isEqualTo(1);
                assertThat(result.warnings().total()).isEqualTo(3);
                try (DirectoryHandle target = DirectoryHandle.open(TreeFixture.bytes(own.target))) {
                  return target.status(BytePath.of("suid")).permissions();
                }
              }
            });
    assertThat(mode).isEqualTo(0755);
  }

  @Test
  void aRootThatMayNotBeWrittenToIsFinishedAllTheSame() throws Exception {
    Unprivileged.call(
        fixture,
        () -> {
          try (TreeFixture own = new TreeFixture(Files.createDirectory(temp.resolve("own")))) {
            own.file("file", new byte[] {1});
            try (DirectoryHandle source = own.openSource()) {
              source.setPermissions(0555);
              source.setTimes(null, new FileTimestamp(1_000_000_000, 7));
            }
            Manifest manifest = own.backup().manifest();
            assertThatThrownBy(
                    () -> own.restore(manifest, TreeRestoreOptions.defaults(), failureAtTheEnd()))
                .isInstanceOf(TreeException.class);
            assertThat(own.target.resolve(".holdfast-restore")).isDirectory();
            TreeRestoreResult result = own.restore(manifest);
            assertThat(result.warnings().first()).isEmpty();
            assertThat(own.target.resolve(".holdfast-restore")).doesNotExist();
            assertThat(own.compare().differences()).isEmpty();
            return result;
          }
        });
  }

  private static RestoreFaults failureAtTheEnd() {
    return new RestoreFaults() {
      @Override
      public void reached(Step step) throws PosixException {
        throw new PosixException(Errno.EIO, "test", BytePath.EMPTY);
      }
    };
  }

  @Test
  void setIdBitsAreKeptOnOwnFilesAndDroppedFromOthersWithAWarning() throws Exception {
    long own = Accounts.effectiveUser() == 0 ? Unprivileged.USER : Accounts.effectiveUser();
    List<String> modes =
        Unprivileged.call(
            fixture,
            () -> {
              try (TreeFixture tree = new TreeFixture(Files.createDirectory(temp.resolve("own")))) {
                FileStatus mine;
                try (DirectoryHandle source = tree.openSource()) {
                  mine = source.status();
                }
                assertThat(mine.owner()).isEqualTo(own);
                Manifest manifest =
                    tree.commit(session -> setIdTree(session, mine.owner(), mine.group()));
                TreeRestoreResult result =
                    tree.restore(
                        manifest,
                        TreeRestoreOptions.defaults().withOwnership(Ownership.WHOEVER_RESTORES));
                assertThat(result.warnings().first().stream().map(TreeWarning::toString))
                    .containsExactly(
                        "others: metadata not set: its set-user and set-group bits were left out,"
                            + " since it belongs to somebody else here");
                List<String> found = new java.util.ArrayList<>();
                try (DirectoryHandle target =
                    DirectoryHandle.open(TreeFixture.bytes(tree.target))) {
                  for (String name : List.of("directory", "mine", "others", "plain")) {
                    int mode = target.status(BytePath.of(name)).permissions();
                    found.add(name + " " + Integer.toOctalString(mode));
                  }
                }
                return found;
              }
            });
    assertThat(modes).containsExactly("directory 2755", "mine 4755", "others 755", "plain 755");
  }

  private static ManifestRef setIdTree(BackupSession session, long user, long group)
      throws IOException {
    ManifestWriter writer = session.manifest();
    writer.add(entry("", NodeType.DIRECTORY).owner(user, group).build());
    writer.add(entry("directory", NodeType.DIRECTORY).mode(02755).owner(user, group).build());
    Content content = session.write(new ByteArrayInputStream(new byte[3])::read);
    writer.add(
        entry("mine", NodeType.FILE).mode(04755).owner(user, group).content(content).build());
    writer.add(
        entry("others", NodeType.FILE).mode(06755).owner(user + 1, group).content(content).build());
    writer.add(entry("plain", NodeType.FILE).owner(user + 1, group).content(content).build());
    return writer.finish();
  }

  @Test
  void ownersByNameOrNotAtAll() throws Exception {
    assumeTrue(Accounts.effectiveUser() == 0, "needs root");
    Manifest manifest =
        manifestOf(
            entry("known", NodeType.FIFO)
                .owner(4242, 4242)
                .ownerNames(BytePath.of("root"), BytePath.of("root"))
                .build(),
            entry("unknown", NodeType.FIFO)
                .owner(4242, 4242)
                .ownerNames(BytePath.of("no-such-user"), null)
                .build());
    fixture.restore(manifest, TreeRestoreOptions.defaults().withOwnership(Ownership.BY_NAME));
    try (DirectoryHandle target = DirectoryHandle.open(TreeFixture.bytes(fixture.target))) {
      assertThat(target.status(BytePath.of("known")).owner()).isZero();
      assertThat(target.status(BytePath.of("unknown")).owner()).isEqualTo(4242);
    }
    TreeRestoreOptions mine =
        TreeRestoreOptions.defaults().withOverwrite(true).withOwnership(Ownership.WHOEVER_RESTORES);
    assertThat(fixture.restore(manifest, mine).warnings().total()).isZero();
    try (DirectoryHandle target = DirectoryHandle.open(TreeFixture.bytes(fixture.target))) {
      assertThat(target.status(BytePath.of("unknown")).owner()).isZero();
    }
  }
}
