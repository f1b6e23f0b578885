package io.holdfast.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.Accounts;
import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.Node;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundTripTest {
  /** An access ACL: user 1234 may read, mask rwx; struct posix_acl_xattr. */
  private static final byte[] ACL = {
    2,
    0,
    0,
    0, // version
    1,
    0,
    6,
    0,
    -1,
    -1,
    -1,
    -1, // owner rw-
    2,
    0,
    4,
    0,
    -46,
    4,
    0,
    0, // user 1234 r--
    4,
    0,
    4,
    0,
    -1,
    -1,
    -1,
    -1, // group r--
    16,
    0,
    4,
    0,
    -1,
    -1,
    -1,
    -1, // mask r--
    32,
    0,
    0,
    0,
    -1,
    -1,
    -1,
    -1 // others ---
  };

  /** cap_net_bind_service+ep; struct vfs_cap_data. */
  private static final byte[] CAPABILITY = {
    1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

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

  private void assertComesBack() throws Exception {
    TreeFixture.Backup backup = fixture.backup();
    assertThat(backup.result().warnings().first()).isEmpty();
    TreeRestoreResult restored = fixture.restore(backup.manifest());
    assertThat(restored.warnings().first()).isEmpty();
    TreeComparisonResult comparison = fixture.compare();
    assertThat(comparison.differences()).isEmpty();
    assertThat(comparison.entries()).isEqualTo(backup.manifest().ref().entries());
    assertThat(restored.bytes()).isEqualTo(backup.manifest().ref().bytes());
    assertThat(restored.files()).isEqualTo(backup.result().files());
    assertThat(restored.directories()).isEqualTo(backup.result().directories());
    assertThat(restored.others()).isEqualTo(backup.result().others());
  }

  private static void setIfSupported(Node node, String name, byte[] value) throws PosixException {
    try {
      node.setAttribute(name.getBytes(US_ASCII), value);
    } catch (PosixException e) {
      if (!e.isUnsupported() && !e.isDenied()) {
        throw e;
      }
    }
  }

  /** All that needs no privilege. */
  private static void fill(DirectoryHandle tree) throws Exception {
    byte[] large = new byte[9 << 20];
    new Random(1).nextBytes(large);
    TreeFixture.write(tree, BytePath.of("large"), large);
    TreeFixture.write(tree, BytePath.of("empty"), new byte[0]);
    BytePath odd = BytePath.of(new byte[] {(byte) 0xff, '\n', (byte) 0x80});
    TreeFixture.write(tree, odd, new byte[] {1});
    tree.makeSymlink(BytePath.of("link-odd"), odd);
    tree.makeSymlink(BytePath.of("dangling"), BytePath.of("/nowhere/at all"));
    tree.node(BytePath.of("dangling"))
        .setTimes(null, new FileTimestamp(1_000_000_000, 999_999_999));
    tree.makeNode(BytePath.of("fifo"), NodeType.FIFO, 0640, 0);
    tree.makeNode(BytePath.of("socket"), NodeType.SOCKET, 0600, 0);
    tree.makeDirectory(BytePath.of("dir"), 0700);
    try (DirectoryHandle directory = tree.openDirectory(BytePath.of("dir"))) {
      TreeFixture.write(directory, BytePath.of("one"), "linked".getBytes(US_ASCII));
      directory.link(BytePath.of("one"), tree, BytePath.of("zwei"));
      directory.link(BytePath.of("one"), directory, BytePath.of("three"));
      for (String special : List.of("dangling", "fifo", "socket")) {
        tree.link(BytePath.of(special), directory, BytePath.of("linked-" + special));
      }
      fillSparse(directory);
      try (FileHandle file = directory.createFile(BytePath.of("attributes"), 0600)) {
        setIfSupported(file, "user.comment", new byte[] {0, 1, (byte) 0xff});
        setIfSupported(file, "user.empty", new byte[0]);
        setIfSupported(file, "system.posix_acl_access", ACL);
        file.setPermissions(04640);
        file.setTimes(null, new FileTimestamp(-123_456, 789));
      }
      setIfSupported(directory, "user.on-directory", new byte[] {5});
      directory.makeDirectory(BytePath.of("read-only"), 0700);
      try (DirectoryHandle inner = directory.openDirectory(BytePath.of("read-only"))) {
        TreeFixture.write(inner, BytePath.of("file"), new byte[] {2});
        inner.setPermissions(01555);
        inner.setTimes(null, new FileTimestamp(1_234_567_890, 1));
      }
      setIfSupported(directory, "system.posix_acl_default", ACL);
      directory.setPermissions(02751);
      directory.setTimes(null, new FileTimestamp(1_111_111_111, 111_111_111));
    }
    tree.makeDirectory(BytePath.of("dir!"), 0755); // between "dir" and what is in it, but for '/'
    tree.setTimes(null, new FileTimestamp(1_500_000_000, 5));
  }

  private static void fillSparse(DirectoryHandle directory) throws Exception {
    byte[] page = new byte[4096];
    new Random(2).nextBytes(page);
    try (FileHandle file = directory.createFile(BytePath.of("sparse"), 0644)) {
      file.write(1 << 20, page, 0, page.length);
      file.write(20 << 20, page, 0, 100);
      file.setLength((64L << 20) + 17);
    }
    try (FileHandle file = directory.createFile(BytePath.of("hole"), 0644)) {
      file.setLength(3L << 40);
    }
  }

  @Test
  void everythingComesBack() throws Exception {
    try (DirectoryHandle tree = fixture.openSource()) {
      fill(tree);
      if (Accounts.effectiveUser() == 0) {
        fillAsRoot(tree);
      }
    }
    // Three terabytes of hole are not compared byte by byte.
    Files.delete(fixture.source.resolve("dir/hole"));
    try (DirectoryHandle tree = fixture.openSource();
        DirectoryHandle directory = tree.openDirectory(BytePath.of("dir"))) {
      directory.setTimes(null, new FileTimestamp(1_111_111_111, 111_111_111));
    }
    assertComesBack();
    assertThat(TreeListing.of(fixture.target, temp))
        .hasSizeGreaterThan(20)
        .isEqualTo(TreeListing.of(fixture.source, temp));
    assertThat(
            TreeComparison.ofEverything()
                .ignoring()
                .compare(TreeFixture.bytes(fixture.source), TreeFixture.bytes(fixture.target))
                .differences())
        .isEmpty(); // holes too
  }

  private static void fillAsRoot(DirectoryHandle tree) throws Exception {
    try (FileHandle file = tree.createFile(BytePath.of("owned"), 0600)) {
      file.write(0, new byte[] {1, 2, 3}, 0, 3);
      file.setOwner(12345, 4_000_000_000L);
      setIfSupported(file, "security.capability", CAPABILITY);
      setIfSupported(file, "trusted.holdfast", new byte[] {9});
      file.setPermissions(06711);
    }
    tree.node(BytePath.of("dangling")).setOwner(77, 78);
    setIfSupported(tree.node(BytePath.of("dangling")), "trusted.link", new byte[] {4});
    tree.node(BytePath.of("dangling"))
        .setTimes(null, new FileTimestamp(1_000_000_000, 999_999_999));
    tree.node(BytePath.of("fifo")).setOwner(1, 2);
    try {
      tree.makeNode(BytePath.of("null"), NodeType.CHAR_DEVICE, 0666, (1 << 8) | 3);
      tree.makeNode(BytePath.of("block"), NodeType.BLOCK_DEVICE, 0660, (259L << 8) | 7);
      tree.link(BytePath.of("null"), tree, BytePath.of("zz-linked-null"));
    } catch (PosixException e) {
      if (!e.isDenied()) {
        throw e; // some containers forbid devices
      }
    }
    tree.setTimes(null, new FileTimestamp(1_500_000_000, 5));
  }

  @Test
  void holesTakeNoTime() throws Exception {
    try (DirectoryHandle tree = fixture.openSource()) {
      fillSparse(tree);
    }
    TreeFixture.Backup backup = fixture.backup();
    assertThat(backup.manifest().ref().bytes()).isGreaterThan(3L << 40);
    fixture.restore(backup.manifest());
    try (DirectoryHandle target = DirectoryHandle.open(TreeFixture.bytes(fixture.target))) {
      assertThat(target.status(BytePath.of("hole")).size()).isEqualTo(3L << 40);
      assertThat(target.status(BytePath.of("hole")).allocated()).isLessThan(1 << 20);
    }
  }

  @Test
  void whatNeedsNoPrivilegeComesBackWithoutAny() throws Exception {
    TreeComparisonResult comparison =
        Unprivileged.call(
            fixture,
            () -> {
              try (TreeFixture own = new TreeFixture(Files.createDirectory(temp.resolve("own")))) {
                try (DirectoryHandle tree = own.openSource()) {
                  fill(tree);
                }
                TreeFixture.Backup backup = own.backup();
                assertThat(backup.result().warnings().first()).isEmpty();
                TreeRestoreResult restored = own.restore(backup.manifest());
                assertThat(restored.warnings().first()).isEmpty();
                Files.delete(own.source.resolve("dir/hole"));
                Files.delete(own.target.resolve("dir/hole"));
                return own.compare();
              }
            });
    assertThat(comparison.differences())
        .allMatch(d -> d.aspect() == TreeDifference.Aspect.MODIFIED)
        .hasSizeLessThanOrEqualTo(1); // deleting the hole moved the time of its directory
  }

  @Test
  void manySmallFilesComeBack() throws Exception {
    Random random = new Random(4);
    for (int i = 0; i < 100; i++) {
      Path directory = Files.createDirectories(fixture.source.resolve("d" + i % 10 + "/e" + i));
      for (int k = 0; k < 100; k++) {
        byte[] content = new byte[random.nextInt(300)];
        random.nextBytes(content);
        Files.write(directory.resolve("f" + k), content);
      }
    }
    assertComesBack();
  }

  @Test
  void pathsLongerThanTheSystemTakesComeBack() throws Exception {
    BytePath name = BytePath.of("d".repeat(240));
    int depth = 40;
    DirectoryHandle at = fixture.openSource();
    for (int i = 0; i < depth; i++) {
      try (DirectoryHandle parent = at) {
        TreeFixture.write(parent, BytePath.of("file"), new byte[] {(byte) i});
        parent.makeDirectory(name, 0755);
        at = parent.openDirectory(name);
      }
    }
    at.close();
    try {
      assertComesBack();
    } finally {
      removeChain(fixture.source, name, depth);
      removeChain(fixture.target, name, depth);
    }
  }

  /** What cannot be named by a path is removed from the top, each level moved up first. */
  private static void removeChain(Path root, BytePath name, int depth) throws Exception {
    BytePath spare = BytePath.of("spare");
    try (DirectoryHandle directory = DirectoryHandle.open(TreeFixture.bytes(root))) {
      for (int i = 0; i < depth; i++) {
        directory.rename(name, directory, spare);
        try (DirectoryHandle top = directory.openDirectory(spare)) {
          if (i < depth - 1) {
            top.remove(BytePath.of("file"));
            top.rename(name, directory, name);
          }
        }
        directory.removeDirectory(spare);
      }
    }
  }

  @Test
  void aPathThatIsTooLongIsReported() throws Exception {
    BytePath name = BytePath.of("d".repeat(250));
    int depth = 70;
    DirectoryHandle at = fixture.openSource();
    for (int i = 0; i < depth; i++) {
      try (DirectoryHandle parent = at) {
        TreeFixture.write(parent, BytePath.of("file"), new byte[0]);
        parent.makeDirectory(name, 0755);
        at = parent.openDirectory(name);
      }
    }
    at.close();
    try {
      TreeFixture.Backup backup = fixture.backup();
      assertThat(backup.result().warnings().count(TreeWarning.Kind.PATH_TOO_LONG)).isEqualTo(1);
      assertThat(backup.result().warnings().total()).isEqualTo(1);
    } finally {
      removeChain(fixture.source, name, depth);
    }
  }
}
