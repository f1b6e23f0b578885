package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryHandleTest {
  private static final BytePath A = BytePath.of("a");
  private static final BytePath B = BytePath.of("b");

  @TempDir Path temp;
  private DirectoryHandle directory;

  @BeforeEach
  void open() throws Exception {
    directory = DirectoryHandle.open(BytePath.of(temp.toString()));
  }

  @AfterEach
  void close() throws Exception {
    directory.close();
  }

  private static List<BytePath> names(DirectoryHandle directory) throws PosixException {
    List<BytePath> names = new ArrayList<>();
    try (DirectoryReader reader = directory.read()) {
      for (BytePath name = reader.next(); name != null; name = reader.next()) {
        names.add(name);
      }
    }
    return names;
  }

  private static void errno(int expected, ThrowingCall call) {
    assertThatExceptionOfType(PosixException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(expected));
  }

  @FunctionalInterface
  private interface ThrowingCall {
    void run() throws Exception;
  }

  @Test
  void readsNamesAsBytes() throws Exception {
    BytePath odd = BytePath.of(new byte[] {'x', (byte) 0xff, (byte) 0x80});
    directory.createFile(odd, 0600).close();
    directory.makeDirectory(BytePath.of("ü"), 0700);
    assertThat(names(directory)).containsExactlyInAnyOrder(odd, BytePath.of("ü"));
  }

  @Test
  void readsMoreNamesThanOneCallReturns() throws Exception {
    for (int i = 0; i < 3000; i++) {
      Files.createFile(temp.resolve("a-name-of-some-length-" + i));
    }
    assertThat(names(directory)).hasSize(3000).doesNotHaveDuplicates();
  }

  @Test
  void tellsAllAttributes() throws Exception {
    try (FileHandle file = directory.createFile(A, 0600)) {
      file.write(0, "12345".getBytes(StandardCharsets.US_ASCII), 0, 5);
      file.setPermissions(04751);
      file.setTimes(new FileTimestamp(-7, 3), new FileTimestamp(1_700_000_000, 123_456_789));
    }
    directory.link(A, directory, B);
    FileStatus status = directory.status(A);
    assertThat(status.type()).isEqualTo(NodeType.FILE);
    assertThat(status.permissions()).isEqualTo(04751);
    assertThat(status.size()).isEqualTo(5);
    assertThat(status.links()).isEqualTo(2);
    assertThat(status.accessed()).isEqualTo(new FileTimestamp(-7, 3));
    assertThat(status.modified()).isEqualTo(new FileTimestamp(1_700_000_000, 123_456_789));
    assertThat(status.owner()).isEqualTo(Accounts.effectiveUser());
    assertThat(status.isSameNode(directory.status(B))).isTrue();
    assertThat(status.inode()).isEqualTo(Files.getAttribute(temp.resolve("a"), "unix:ino"));
    assertThat(status.device()).isEqualTo(Files.getAttribute(temp.resolve("a"), "unix:dev"));
    assertThat(status.group())
        .isEqualTo(((Integer) Files.getAttribute(temp.resolve("a"), "unix:gid")).longValue());
    assertThat(status.changed().seconds()).isGreaterThan(1_700_000_000);
  }

  @Test
  void neverFollowsALink() throws Exception {
    directory.makeDirectory(A, 0700);
    directory.createFile(BytePath.of("file"), 0600).close();
    directory.makeSymlink(B, A);
    directory.makeSymlink(BytePath.of("to-file"), BytePath.of("file"));
    assertThat(directory.readSymlink(B)).isEqualTo(A);
    assertThat(directory.status(B).type()).isEqualTo(NodeType.SYMLINK);
    errno(Errno.ENOTDIR, () -> directory.openDirectory(B));
    errno(Errno.ELOOP, () -> directory.openFile(BytePath.of("to-file")));
    errno(Errno.ELOOP, () -> directory.openFileToWrite(BytePath.of("to-file")));
    errno(Errno.EEXIST, () -> directory.createFile(BytePath.of("to-file"), 0600));
  }

  @Test
  void setsAttributesOfALinkItself() throws Exception {
    directory.createFile(A, 0600).close();
    FileStatus before = directory.status(A);
    directory.makeSymlink(B, A);
    NamedNode link = directory.node(B);
    link.setTimes(new FileTimestamp(1, 0), new FileTimestamp(2, 5));
    FileTimestamp accessed = link.status().accessed();
    link.setTimes(null, new FileTimestamp(2, 6));
    assertThat(link.status().accessed()).isEqualTo(accessed);
    link.setOwner(Node.UNCHANGED, Node.UNCHANGED);
    assertThat(link.status().modified()).isEqualTo(new FileTimestamp(2, 6));
    assertThat(directory.status(A).modified()).isEqualTo(before.modified());
  }

  @Test
  void readsLongLinkTargets() throws Exception {
    BytePath target = BytePath.of("x".repeat(255) + "/" + "y".repeat(1000));
    directory.makeSymlink(A, target);
    assertThat(directory.readSymlink(A)).isEqualTo(target);
  }

  @Test
  void refusesNamesThatArePaths() {
    for (String bad : List.of("", ".", "..", "a/b", "/", "/a")) {
      assertThatThrownBy(() -> directory.openFile(BytePath.of(bad)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> directory.node(BytePath.of(bad)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> directory.openBeneath(BytePath.of("a/../..")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void opensBeneathWithoutFollowingLinks() throws Exception {
    Files.createDirectories(temp.resolve("a/b/c"));
    directory.makeSymlink(BytePath.of("link"), BytePath.of("a"));
    try (DirectoryHandle deep = directory.openBeneath(BytePath.of("a/b/c"));
        DirectoryHandle byName = DescendingWalk.openByName(directory, BytePath.of("a/b/c"));
        DirectoryHandle self = directory.openBeneath(BytePath.EMPTY)) {
      assertThat(deep.status().isSameNode(byName.status())).isTrue();
      assertThat(self.status().isSameNode(directory.status())).isTrue();
    }
    errno(Errno.ELOOP, () -> directory.openBeneath(BytePath.of("link/b")));
    errno(Errno.ENOTDIR, () -> DescendingWalk.openByName(directory, BytePath.of("link/b")));
    errno(Errno.ENOENT, () -> directory.openBeneath(BytePath.of("a/none")));
  }

  @Test
  void reachesPathsLongerThanTheSystemTakes() throws Exception {
    BytePath name = BytePath.of("n".repeat(200));
    BytePath path = BytePath.EMPTY;
    DirectoryHandle at = directory.reopen();
    for (int depth = 0; depth < 30; depth++) {
      try (DirectoryHandle parent = at) {
        parent.makeDirectory(name, 0700);
        at = parent.openDirectory(name);
      }
      path = path.resolve(name);
    }
    try (DirectoryHandle bottom = at;
        DirectoryHandle again = directory.openBeneath(path);
        DirectoryHandle parent = bottom.openParent(BytePath.of("up"))) {
      assertThat(again.status().isSameNode(bottom.status())).isTrue();
      assertThat(parent.status(name).isSameNode(bottom.status())).isTrue();
    }
    removeChain(name, 30);
  }

  /** The test framework cannot remove what it cannot name. */
  private void removeChain(BytePath name, int depth) throws Exception {
    BytePath spare = BytePath.of("spare");
    for (int i = 0; i < depth; i++) {
      directory.rename(name, directory, spare);
      try (DirectoryHandle top = directory.openDirectory(spare)) {
        if (i < depth - 1) {
          top.rename(name, directory, name);
        }
      }
      directory.removeDirectory(spare);
    }
  }

  @Test
  void renamesOnlyToAFreeNameIfAsked() throws Exception {
    directory.createFile(A, 0600).close();
    directory.createFile(B, 0600).close();
    errno(Errno.EEXIST, () -> directory.renameToFree(A, directory, B));
    directory.rename(A, directory, B);
    assertThat(names(directory)).containsExactly(B);
    directory.renameToFree(B, directory, A);
    assertThat(names(directory)).containsExactly(A);
    errno(Errno.ENOTDIR, () -> directory.removeDirectory(A));
    directory.remove(A);
    assertThat(names(directory)).isEmpty();
  }

  @Test
  void makesFifosAndSockets() throws Exception {
    directory.makeNode(A, NodeType.FIFO, 0600, 0);
    directory.makeNode(B, NodeType.SOCKET, 0600, 0);
    directory.node(A).setPermissions(0642);
    assertThat(directory.status(A).type()).isEqualTo(NodeType.FIFO);
    assertThat(directory.status(A).permissions()).isEqualTo(0642);
    assertThat(directory.status(B).type()).isEqualTo(NodeType.SOCKET);
    directory.openFile(A).close(); // does not wait for a writer
  }

  @Test
  void makesDevicesAsRoot() throws Exception {
    assumeTrue(Accounts.effectiveUser() == 0, "needs root");
    try {
      directory.makeNode(A, NodeType.CHAR_DEVICE, 0600, (1 << 8) | 3);
    } catch (PosixException e) {
      assumeTrue(!e.isDenied(), "may not make devices here");
      throw e;
    }
    FileStatus status = directory.status(A);
    assertThat(status.type()).isEqualTo(NodeType.CHAR_DEVICE);
    assertThat(status.specialDevice()).isEqualTo(DeviceNumbers.join(1, 3));
    directory.node(A).setOwner(12345, 4_000_000_000L);
    assertThat(directory.status(A).owner()).isEqualTo(12345);
    assertThat(directory.status(A).group()).isEqualTo(4_000_000_000L);
  }

  @Test
  void saysWhatFailed() {
    assertThatThrownBy(() -> directory.status(A))
        .isInstanceOf(PosixException.class)
        .hasMessage(temp + "/a: No such file or directory (statx)");
    errno(Errno.ENOENT, () -> DirectoryHandle.open(BytePath.of(temp + "/none")));
  }

  @Test
  void locksOnce() throws Exception {
    try (DirectoryHandle other = DirectoryHandle.open(BytePath.of(temp.toString()))) {
      assertThat(directory.tryLock()).isTrue();
      assertThat(other.tryLock()).isFalse();
      directory.close();
      assertThat(other.tryLock()).isTrue();
    }
  }

  @Test
  void refusesToBeUsedAfterClosing() throws Exception {
    directory.close();
    directory.close();
    assertThatThrownBy(() -> directory.status()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void syncs() throws Exception {
    directory.sync();
    directory.syncFileSystem();
  }
}
