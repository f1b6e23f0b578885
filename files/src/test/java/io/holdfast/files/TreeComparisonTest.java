package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.files.TreeDifference.Aspect;
import io.holdfast.posix.Accounts;
import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.PosixException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeComparisonTest {
  @TempDir Path temp;
  private Path first;
  private Path second;
  private DirectoryHandle b;

  @BeforeEach
  void make() throws Exception {
    first = temp.resolve("first");
    second = temp.resolve("second");
    for (Path root : List.of(first, second)) {
      Files.createDirectories(root.resolve("dir"));
      Files.write(root.resolve("dir/file"), new byte[300_000]);
      Files.createLink(root.resolve("linked"), root.resolve("dir/file"));
      Files.createSymbolicLink(root.resolve("link"), Path.of("target"));
      try (DirectoryHandle directory = DirectoryHandle.open(TreeFixture.bytes(root))) {
        for (String name : List.of("dir/file", "link", "dir", "")) {
          settle(directory, name);
        }
      }
    }
    b = DirectoryHandle.open(TreeFixture.bytes(second));
  }

  @AfterEach
  void close() throws Exception {
    b.close();
  }

  private static void settle(DirectoryHandle root, String name) throws PosixException {
    BytePath path = BytePath.of(name);
    BytePath parent = path.parent();
    if (parent == null) {
      root.setTimes(null, new FileTimestamp(1000, 1));
    } else {
      try (DirectoryHandle directory = root.openBeneath(parent)) {
        directory.node(path.name()).setTimes(null, new FileTimestamp(1000, 1));
      }
    }
  }

  private List<String> differences() {
    return TreeComparison.ofEverything()
        .withSpool(temp, 1)
        .compare(TreeFixture.bytes(first), TreeFixture.bytes(second))
        .differences()
        .stream()
        .map(d -> d.path() + " " + d.aspect())
        .toList();
  }

  @Test
  void equalTreesAreEqual() {
    assertThat(differences()).isEmpty();
  }

  @Test
  void findsOneByteInContent() throws Exception {
    try (var channel =
        java.nio.channels.FileChannel.open(second.resolve("dir/file"), StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[] {1}), 299_999);
    }
    settle(b, "dir/file");
    assertThat(differences()).containsExactly("dir/file CONTENT", "linked CONTENT");
  }

  @Test
  void findsSizes() throws Exception {
    Files.write(second.resolve("dir/file"), new byte[1], StandardOpenOption.APPEND);
    settle(b, "dir/file");
    assertThat(differences()).containsExactly("dir/file SIZE", "linked SIZE");
  }

  @Test
  void findsOneNanosecond() throws Exception {
    b.node(BytePath.of("link")).setTimes(null, new FileTimestamp(1000, 2));
    assertThat(differences()).containsExactly("link MODIFIED");
    b.node(BytePath.of("dir")).setTimes(null, new FileTimestamp(1000, 2));
    assertThat(differences()).containsExactly("dir MODIFIED", "link MODIFIED");
  }

  @Test
  void findsModes() throws Exception {
    b.node(BytePath.of("dir")).setPermissions(01755);
    assertThat(differences()).containsExactly("dir MODE");
  }

  @Test
  void findsOwners() throws Exception {
    assumeTrue(Accounts.effectiveUser() == 0, "needs root");
    b.node(BytePath.of("link")).setOwner(1, 0);
    assertThat(differences()).containsExactly("link OWNER");
  }

  @Test
  void findsLinkTargetsAndTypes() throws Exception {
    Files.delete(second.resolve("link"));
    Files.createSymbolicLink(second.resolve("link"), Path.of("targes"));
    settle(b, "link");
    settle(b, "");
    assertThat(differences()).containsExactly("link LINK_TARGET");
    Files.delete(second.resolve("link"));
    Files.createFile(second.resolve("link"));
    settle(b, "link");
    settle(b, "");
    assertThat(differences()).containsExactly("link TYPE");
  }

  @Test
  void findsWhatIsMissingOrExtra() throws Exception {
    Files.delete(second.resolve("link"));
    Files.createDirectory(second.resolve("more"));
    Files.createFile(second.resolve("more/a"));
    settle(b, "");
    assertThat(differences()).containsExactly("link MISSING", "more EXTRA", "more/a EXTRA");
  }

  @Test
  void findsLostAndAddedHardLinks() throws Exception {
    Files.delete(second.resolve("linked"));
    Files.copy(second.resolve("dir/file"), second.resolve("linked"));
    settle(b, "linked");
    settle(b, "");
    assertThat(differences()).containsExactly("linked HARD_LINKS");
    assertThat(
            TreeComparison.ofEverything()
                .compare(TreeFixture.bytes(second), TreeFixture.bytes(first))
                .differences())
        .singleElement()
        .extracting(TreeDifference::aspect)
        .isEqualTo(Aspect.HARD_LINKS);
  }

  @Test
  void findsAttributes() throws Exception {
    try {
      b.setAttribute("user.x".getBytes(StandardCharsets.US_ASCII), new byte[] {1});
    } catch (PosixException e) {
      assumeTrue(!e.isUnsupported(), "no user attributes on this file system");
      throw e;
    }
    assertThat(differences()).containsExactly(" ATTRIBUTES");
  }

  @Test
  void ignoresWhatItIsToldTo() throws Exception {
    b.node(BytePath.of("dir")).setPermissions(01755);
    TreeComparisonResult result =
        TreeComparison.ofEverything()
            .ignoring(Aspect.MODE)
            .compare(TreeFixture.bytes(first), TreeFixture.bytes(second));
    assertThat(result.isEqual()).isTrue();
    assertThat(result.entries()).isEqualTo(5);
    assertThat(result.bytes()).isEqualTo(600_000);
  }
}
