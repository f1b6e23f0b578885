package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.Node;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A tree on disk that is to be what a backup holds, byte by byte and with all metadata. */
final class ExtractedTree {
  private final Path directory;
  private final boolean root;
  private final Map<Long, Long> hardLinks = new HashMap<>();

  /** Looks at a directory; who is not root cannot give files away, nor make devices. */
  ExtractedTree(Path directory) throws IOException {
    this.directory = directory;
    this.root = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
  }

  void requireSame(List<SampleSeries.Item> items) throws IOException {
    Set<BytePath> expected = new TreeSet<>();
    try (DirectoryHandle tree = DirectoryHandle.open(BytePath.of(directory.toString()))) {
      for (SampleSeries.Item item : items) {
        Entry entry = item.entry();
        boolean device =
            entry.type() == NodeType.CHAR_DEVICE || entry.type() == NodeType.BLOCK_DEVICE;
        if (device && !root) {
          continue;
        }
        BytePath path = entry.path();
        for (BytePath up = path; up != null && expected.add(up); up = up.parent()) {
          // parents without an entry were made too
        }
        requireSame(tree, item);
      }
    }
    Set<BytePath> found = new TreeSet<>();
    walk(BytePath.EMPTY, found);
    assertThat(found).isEqualTo(expected);
  }

  private void walk(BytePath at, Set<BytePath> found) throws IOException {
    found.add(at);
    List<BytePath> below = new ArrayList<>();
    try (DirectoryHandle tree = DirectoryHandle.open(BytePath.of(directory.toString()));
        DirectoryHandle here = at.isEmpty() ? tree.reopen() : tree.openBeneath(at);
        DirectoryReader reader = here.read()) {
      for (BytePath name = reader.next(); name != null; name = reader.next()) {
        found.add(at.resolve(name));
        if (here.status(name).isDirectory()) {
          below.add(at.resolve(name));
        }
      }
    }
    for (BytePath path : below) {
      walk(path, found);
    }
  }

  private void requireSame(DirectoryHandle tree, SampleSeries.Item item) throws IOException {
    Entry entry = item.entry();
    if (entry.path().isEmpty()) {
      requireSame(tree, tree.status(), entry);
      return;
    }
    BytePath above = Objects.requireNonNull(entry.path().parent());
    try (DirectoryHandle parent = tree.openBeneath(above)) {
      BytePath name = entry.path().name();
      FileStatus status = parent.status(name);
      requireSame(parent.node(name), status, entry);
      switch (entry.type()) {
        case FILE -> requireBytes(parent, name, status, item.bytes());
        case SYMLINK -> assertThat(parent.readSymlink(name)).isEqualTo(entry.linkTarget());
        default -> {}
      }
    }
  }

  private void requireSame(Node node, FileStatus status, Entry entry) throws PosixException {
    assertThat(status.type()).as("type of %s", entry.path()).isEqualTo(entry.type());
    assertThat(status.modified()).as("mtime of %s", entry.path()).isEqualTo(entry.modified());
    if (root) {
      assertThat(status.owner()).as("owner of %s", entry.path()).isEqualTo(entry.uid());
      assertThat(status.group()).as("group of %s", entry.path()).isEqualTo(entry.gid());
    }
    if (entry.type() != NodeType.SYMLINK) {
      int mode = root ? entry.mode() : entry.mode() & 01777;
      assertThat(status.permissions()).as("mode of %s", entry.path()).isEqualTo(mode);
      List<Entry.Attribute> attributes = new ArrayList<>();
      for (byte[] name : node.attributes()) {
        attributes.add(new Entry.Attribute(BytePath.of(name), node.attribute(name)));
      }
      assertThat(attributes).containsExactlyInAnyOrderElementsOf(entry.attributes());
    }
    Entry.DeviceNumber number = entry.deviceNumber();
    if (number != null) {
      assertThat(status.specialDevice()).isEqualTo(deviceNumber(number));
    }
    if (entry.links() > 1) {
      Long same = hardLinks.putIfAbsent(entry.inode(), status.inode());
      assertThat(status.inode()).isEqualTo(same == null ? status.inode() : same);
      assertThat(status.links()).isEqualTo(entry.links());
    }
  }

  /** As glibc's makedev. */
  private static long deviceNumber(Entry.DeviceNumber number) {
    return (number.major() & 0xFFF) << 8
        | (number.major() & ~0xFFFL) << 32
        | (number.minor() & 0xFF)
        | (number.minor() & ~0xFFL) << 12;
  }

  /** All bytes of a file of the tree. */
  byte[] bytes(BytePath path) throws IOException {
    try (DirectoryHandle tree = DirectoryHandle.open(BytePath.of(directory.toString()));
        DirectoryHandle parent = tree.openBeneath(Objects.requireNonNull(path.parent()))) {
      return bytes(parent, path.name());
    }
  }

  private static byte[] bytes(DirectoryHandle parent, BytePath name) throws IOException {
    try (FileHandle file = parent.openFile(name)) {
      byte[] bytes = new byte[Math.toIntExact(file.status().size())];
      for (int at = 0; at < bytes.length; ) {
        int read = file.read(at, bytes, at, bytes.length - at);
        assertThat(read).isPositive();
        at += read;
      }
      return bytes;
    }
  }

  private static void requireBytes(
      DirectoryHandle parent, BytePath name, FileStatus status, byte @Nullable [] expected)
      throws IOException {
    byte[] bytes = bytes(parent, name);
    assertThat(bytes).as("size of %s", name).hasSameSizeAs(expected);
    assertThat(Arrays.equals(bytes, expected)).as("bytes of %s", name).isTrue();
    if (bytes.length > 1 << 24) {
      assertThat(status.allocated()).as("holes of %s", name).isLessThan(bytes.length / 8);
    }
  }
}
