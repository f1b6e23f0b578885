package io.holdfast.demo;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.Node;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tree of files as it is: a line for each node with all its metadata and the SHA-256 of its
 * bytes. For the demo's small trees, held in memory.
 */
final class TreeImage {
  private final SortedMap<BytePath, String> nodes = new TreeMap<>();
  private final Map<String, BytePath> firstNames = new HashMap<>();
  private long bytes;

  private TreeImage() {}

  static TreeImage of(Path root) {
    TreeImage image = new TreeImage();
    try (DirectoryHandle directory = DirectoryHandle.open(BytePath.of(root.toString()))) {
      image.nodes.put(BytePath.EMPTY, image.describe(directory, BytePath.EMPTY, null, null));
      image.add(directory, BytePath.EMPTY);
    } catch (PosixException e) {
      throw new DemoException("cannot look at " + root + ": " + e.getMessage(), e);
    }
    return image;
  }

  /** How many nodes there are, the root among them. */
  int size() {
    return nodes.size();
  }

  /** The bytes of all files. */
  long bytes() {
    return bytes;
  }

  /** What is not the same in the other tree. */
  List<Difference> differencesTo(TreeImage other) {
    List<Difference> differences = new ArrayList<>();
    nodes.forEach(
        (path, description) -> {
          String found = other.nodes.get(path);
          if (found == null) {
            differences.add(new Difference(shown(path), "it is missing"));
          } else if (!found.equals(description)) {
            differences.add(new Difference(shown(path), "was " + description + " and is " + found));
          }
        });
    other.nodes.keySet().stream()
        .filter(path -> !nodes.containsKey(path))
        .forEach(path -> differences.add(new Difference(shown(path), "it was not there")));
    return differences.stream().limit(Difference.MOST).toList();
  }

  private static String shown(BytePath path) {
    return path.isEmpty() ? "." : path.toString();
  }

  private void add(DirectoryHandle directory, BytePath path) throws PosixException {
    List<BytePath> names = new ArrayList<>();
    try (DirectoryReader reader = directory.read()) {
      for (BytePath name = reader.next(); name != null; name = reader.next()) {
        names.add(name);
      }
    }
    Collections.sort(names);
    for (BytePath name : names) {
      BytePath below = path.resolve(name);
      nodes.put(below, describe(directory.node(name), below, directory, name));
      if (directory.status(name).isDirectory()) {
        try (DirectoryHandle inner = directory.openDirectory(name)) {
          add(inner, below);
        }
      }
    }
  }

  private String describe(
      Node node, BytePath path, @Nullable DirectoryHandle parent, @Nullable BytePath name)
      throws PosixException {
    FileStatus status = node.status();
    StringBuilder line = new StringBuilder();
    line.append(status.type()).append(String.format(" %04o ", status.permissions()));
    line.append(status.owner()).append(':').append(status.group());
    line.append(' ')
        .append(status.modified().seconds())
        .append('.')
        .append(status.modified().nanos());
    for (byte[] attribute : node.attributes()) {
      line.append(' ').append(new String(attribute, StandardCharsets.UTF_8)).append('=');
      line.append(HexFormat.of().formatHex(node.attribute(attribute)));
    }
    if (parent != null && name != null && status.isFile()) {
      line.append(' ').append(status.size()).append(' ').append(content(parent, name));
      line.append(sameAs(status, path));
      bytes += status.size();
    } else if (parent != null && name != null && status.type() == NodeType.SYMLINK) {
      line.append(" -> ").append(parent.readSymlink(name));
    } else {
      line.append(' ').append(status.specialDevice());
    }
    return line.toString();
  }

  private String sameAs(FileStatus status, BytePath path) {
    if (status.links() == 1) {
      return "";
    }
    BytePath first = firstNames.putIfAbsent(status.device() + ":" + status.inode(), path);
    return first == null ? " first of " + status.links() : " same as " + first;
  }

  private static String content(DirectoryHandle parent, BytePath name) throws PosixException {
    try (FileHandle file = parent.openFile(name)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      long position = 0;
      for (int n = file.read(0, buffer, 0, buffer.length);
          n > 0;
          n = file.read(position, buffer, 0, buffer.length)) {
        digest.update(buffer, 0, n);
        position += n;
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
