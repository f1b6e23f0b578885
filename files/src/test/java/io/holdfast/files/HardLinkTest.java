package io.holdfast.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DeviceNumbers;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.ManifestWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which names are restored as names of one file, and that no other ones are. */
class HardLinkTest {
  /** What a file system may need to give a freed inode to a new file. */
  private static final int NEW_FILES = 1000;

  private static final int LENGTH = 5;

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

  /** Something that happens in the source while it is backed up. */
  @FunctionalInterface
  private interface Event {
    void happen() throws IOException;
  }

  /** A backup that reads one file after the other; something happens after so many entries. */
  private TreeFixture.Backup backup(int entries, @Nullable PreviousTree previous, Event event)
      throws IOException {
    int[] left = {entries};
    TreeProgress progress =
        new TreeProgress() {
          @Override
          public void entries(long count) {
            if (left[0]-- == 0) {
              try {
                event.happen();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          }

          @Override
          public void bytes(long count) {}
        };
    return fixture.backup(fixture.options().withLimits(1, 1, 1000), previous, progress);
  }

  private String restored(String name) throws IOException {
    return Files.readString(fixture.target.resolve(name));
  }

  private Object inode(String name) throws IOException {
    return Files.getAttribute(
        fixture.target.resolve(name), "unix:ino", java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  /** Some files between those that matter, so that there is time for something to happen. */
  private void fillers() throws IOException {
    for (int i = 0; i < 10; i++) {
      fixture.file("m" + i, new byte[1]);
    }
  }

  @Test
  void anInodeThatIsGivenToAnotherFileMeanwhileIsNotTheSameFile() throws Exception {
    Path first = fixture.file("a1", "content of A".getBytes(US_ASCII));
    Path second = Files.createLink(fixture.source.resolve("a2"), first);
    Object inode = Files.getAttribute(first, "unix:ino");
    fillers();
    Files.createDirectory(fixture.source.resolve("z"));
    boolean[] reused = {false};
    TreeFixture.Backup backup =
        backup(
            4,
            null,
            () -> {
              Files.delete(first);
              Files.delete(second);
              for (int i = 0; i < NEW_FILES && !reused[0]; i++) {
                Path other = fixture.file("z/b" + i, "content of B".getBytes(US_ASCII));
                reused[0] = Files.getAttribute(other, "unix:ino").equals(inode);
                if (reused[0]) {
                  Files.move(other, fixture.source.resolve("z/one"));
                  Files.createLink(
                      fixture.source.resolve("z/two"), fixture.source.resolve("z/one"));
                }
              }
            });
    if (!reused[0]) {
      abort("this file system does not give an inode to another file that soon");
    }
    TreeRestoreResult result = fixture.restore(backup.manifest());
    assertThat(restored("z/one")).isEqualTo("content of B");
    assertThat(restored("z/two")).isEqualTo("content of B");
    assertThat(inode("z/two")).isEqualTo(inode("z/one"));
    assertThat(restored("a1")).isEqualTo("content of A");
    assertThat(inode("a2")).isEqualTo(inode("a1"));
    assertThat(result.warnings().count(TreeWarning.Kind.LINK_NOT_KEPT)).isEqualTo(1);
    assertThat(backup.result().warnings().count(TreeWarning.Kind.CHANGED_WHILE_READ)).isEqualTo(1);
  }

  @Test
  void aFileThatChangesBetweenTheReadingOfItsNamesIsReportedAndNothingOfItIsLost()
      throws Exception {
    Path first = fixture.file("a", "older".getBytes(US_ASCII));
    Path second = Files.createLink(fixture.source.resolve("z"), first);
    fillers();
    TreeFixture.Backup backup =
        backup(3, null, () -> Files.write(second, "newer".getBytes(US_ASCII)));
    assertThat(backup.result().warnings().first().stream().map(TreeWarning::toString))
        .containsExactly(
            "z: changed while read: since a was read, which has the same inode; each is kept as it"
                + " was read");
    TreeRestoreResult result = fixture.restore(backup.manifest());
    assertThat(restored("a")).isEqualTo("older");
    assertThat(restored("z")).isEqualTo("newer");
    assertThat(result.warnings().first().stream().map(TreeWarning::kind))
        .containsExactly(TreeWarning.Kind.LINK_NOT_KEPT);
    assertThat(result.warnings().first().getFirst().path()).hasToString("z");
  }

  @Test
  void aFileThatChangesBehindAnUnchangedNameIsReported() throws Exception {
    Path first = fixture.file("a", "older".getBytes(US_ASCII));
    Path second = Files.createLink(fixture.source.resolve("z"), first);
    fillers();
    PreviousTree previous = new PreviousTree(fixture.backup().manifest(), TreeFixture.LATER);
    TreeFixture.Backup backup =
        backup(0, previous, () -> Files.write(second, "newer".getBytes(US_ASCII)));
    assertThat(backup.result().filesUnchanged()).isEqualTo(11);
    assertThat(backup.result().warnings().count(TreeWarning.Kind.CHANGED_WHILE_READ)).isEqualTo(1);
    fixture.restore(backup.manifest());
    assertThat(restored("a")).isEqualTo("older");
    assertThat(restored("z")).isEqualTo("newer");
  }

  @ParameterizedTest
  @EnumSource(
      value = NodeType.class,
      names = {"SYMLINK", "FIFO", "SOCKET", "CHAR_DEVICE"})
  void linksOfWhatIsNoFileComeBack(NodeType type) throws Exception {
    Files.createDirectory(fixture.source.resolve("dir"));
    BytePath name = BytePath.of("one");
    try (DirectoryHandle source = fixture.openSource();
        DirectoryHandle directory = source.openDirectory(BytePath.of("dir"))) {
      if (type == NodeType.SYMLINK) {
        source.makeSymlink(name, BytePath.of("nowhere"));
      } else {
        source.makeNode(
            name, type, 0640, type == NodeType.CHAR_DEVICE ? DeviceNumbers.join(1, 3) : 0);
      }
      source.link(name, directory, BytePath.of("two"));
      source.link(name, source, BytePath.of("three"));
      source.node(name).setTimes(null, new FileTimestamp(1_000_000_000, 5));
      directory.setTimes(null, new FileTimestamp(1_000_000_001, 6));
    } catch (PosixException e) {
      assumeTrue(!e.isDenied(), "devices are not allowed here");
      throw e;
    }
    TreeFixture.Backup backup = fixture.backup();
    assertThat(backup.result().warnings().total()).isZero();
    TreeRestoreResult result = fixture.restore(backup.manifest());
    assertThat(result.warnings().total()).isZero();
    assertThat(result.others()).isEqualTo(3);
    assertThat(inode("dir/two")).isEqualTo(inode("one"));
    assertThat(inode("three")).isEqualTo(inode("one"));
    assertThat(fixture.compare().differences()).isEmpty();
    // And over themselves.
    fixture.restore(backup.manifest(), TreeRestoreOptions.defaults().withOverwrite(true));
    assertThat(inode("dir/two")).isEqualTo(inode("one"));
    assertThat(fixture.compare().differences()).isEmpty();
  }

  @Test
  void aDeviceThatCannotBeMadeIsReportedUnderEachOfItsNames() throws Exception {
    TreeRestoreResult result =
        Unprivileged.call(
            fixture,
            () -> {
              try (TreeFixture own = new TreeFixture(Files.createDirectory(temp.resolve("own")))) {
                return own.restore(
                    own.commit(
                        session -> {
                          ManifestWriter manifest = session.manifest();
                          manifest.add(
                              Entry.builder(BytePath.EMPTY, NodeType.DIRECTORY).mode(0700).build());
                          for (String name : List.of("a", "b")) {
                            manifest.add(
                                Entry.builder(BytePath.of(name), NodeType.CHAR_DEVICE)
                                    .identity(7, 8, 2)
                                    .deviceNumber(new Entry.DeviceNumber(1, 3))
                                    .build());
                          }
                          return manifest.finish();
                        }));
              }
            });
    assertThat(result.warnings().count(TreeWarning.Kind.NODE_NOT_MADE)).isEqualTo(2);
    assertThat(result.warnings().count(TreeWarning.Kind.LINK_NOT_KEPT)).isZero();
  }

  /** One thing in which two entries with the same inode may differ. */
  enum Difference {
    CONTENT,
    MODE,
    OWNER,
    OWNER_NAME,
    MODIFIED,
    CHANGED,
    ATTRIBUTES;

    Entry.Builder in(Entry.Builder entry) {
      return switch (this) {
        case CONTENT -> entry;
        case MODE -> entry.mode(0600);
        case OWNER -> entry.owner(1, 2);
        case OWNER_NAME -> entry.ownerNames(BytePath.of("somebody"), null);
        case MODIFIED -> entry.times(new FileTimestamp(3, 0), new FileTimestamp(2, 0));
        case CHANGED -> entry.times(new FileTimestamp(1, 0), new FileTimestamp(3, 0));
        case ATTRIBUTES ->
            entry.attributes(List.of(new Entry.Attribute(BytePath.of("user.a"), new byte[] {1})));
      };
    }
  }

  private static Entry.Builder file(String name) {
    return Entry.builder(BytePath.of(name), NodeType.FILE)
        .mode(0644)
        .times(new FileTimestamp(1, 0), new FileTimestamp(2, 0))
        .identity(7, 8, 3);
  }

  private Manifest manifest(UnaryOperator<Entry.Builder> change, byte[] other) throws IOException {
    byte[] content = new byte[LENGTH];
    return fixture.commit(
        session -> {
          ManifestWriter manifest = session.manifest();
          manifest.add(Entry.builder(BytePath.EMPTY, NodeType.DIRECTORY).mode(0755).build());
          manifest.add(
              file("a").content(session.write(new ByteArrayInputStream(content)::read)).build());
          manifest.add(
              file("b").content(session.write(new ByteArrayInputStream(content)::read)).build());
          manifest.add(
              change
                  .apply(file("c"))
                  .content(session.write(new ByteArrayInputStream(other)::read))
                  .build());
          return manifest.finish();
        });
  }

  @ParameterizedTest
  @EnumSource
  void namesThatDifferInAnythingAreNotNamesOfOneFile(Difference difference) throws Exception {
    byte[] other = new byte[LENGTH];
    other[0] = (byte) (difference == Difference.CONTENT ? 1 : 0);
    TreeRestoreResult result = fixture.restore(manifest(difference::in, other));
    assertThat(inode("b")).isEqualTo(inode("a"));
    assertThat(inode("c")).isNotEqualTo(inode("a"));
    assertThat(Files.readAllBytes(fixture.target.resolve("c"))).containsExactly(other);
    assertThat(result.warnings().count(TreeWarning.Kind.LINK_NOT_KEPT)).isEqualTo(1);
  }

  @Test
  void theNumberOfLinksAndFlagsDoNotMatter() throws Exception {
    TreeRestoreResult result =
        fixture.restore(
            manifest(
                entry -> entry.identity(7, 8, 4).flags(new Entry.Flags(true, false)),
                new byte[LENGTH]));
    assertThat(inode("c")).isEqualTo(inode("a"));
    assertThat(result.warnings().total()).isZero();
  }
}
