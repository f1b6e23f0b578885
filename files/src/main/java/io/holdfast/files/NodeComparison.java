package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.Node;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry.Attribute;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Compares what two trees have at the same path. Of one thread. */
final class NodeComparison {
  private static final int BUFFER = 256 << 10;

  private final DirectoryCache firstTree;
  private final DirectoryCache secondTree;
  private final WarningLog warnings;
  private final AttributeReader attributes;
  private final TreeDifferences differences;
  private final LinkComparison links;
  private final byte[] firstBuffer = new byte[BUFFER];
  private final byte[] secondBuffer = new byte[BUFFER];
  private long entries;
  private long bytes;

  NodeComparison(
      DirectoryCache firstTree,
      DirectoryCache secondTree,
      WarningLog warnings,
      TreeDifferences differences,
      LinkComparison links) {
    this.firstTree = firstTree;
    this.secondTree = secondTree;
    this.warnings = warnings;
    this.attributes = new AttributeReader(warnings);
    this.differences = differences;
    this.links = links;
  }

  long entries() {
    return entries;
  }

  long bytes() {
    return bytes;
  }

  void compare(TreeWalk.Visit a, TreeWalk.Visit b) throws IOException {
    entries++;
    BytePath path = a.path();
    if (a.status().type() != b.status().type()) {
      differences.check(path, TreeDifference.Aspect.TYPE, a.status().type(), b.status().type());
      return;
    }
    compareStatus(path, a.status(), b.status());
    BytePath parent = path.parent();
    try (DirectoryCache.Lease first = firstTree.lease(parent == null ? path : parent);
        DirectoryCache.Lease second = secondTree.lease(parent == null ? path : parent)) {
      compareInside(a, first.directory(), b, second.directory());
    } catch (PosixException e) {
      warnings.add(path, TreeWarning.Kind.UNREADABLE, e.reason());
    }
    if (a.status().isFile()) {
      links.add(path, a.status(), b.status());
    }
  }

  private void compareStatus(BytePath path, FileStatus a, FileStatus b) {
    differences.check(
        path,
        TreeDifference.Aspect.OWNER,
        a.owner() + ":" + a.group(),
        b.owner() + ":" + b.group());
    differences.check(
        path,
        TreeDifference.Aspect.MODE,
        Integer.toOctalString(a.permissions()),
        Integer.toOctalString(b.permissions()));
    differences.check(path, TreeDifference.Aspect.MODIFIED, a.modified(), b.modified());
    differences.check(
        path, TreeDifference.Aspect.DEVICE_NUMBER, a.specialDevice(), b.specialDevice());
  }

  private void compareInside(
      TreeWalk.Visit a, DirectoryHandle first, TreeWalk.Visit b, DirectoryHandle second)
      throws PosixException {
    BytePath path = a.path();
    boolean isRoot = path.isEmpty();
    Node firstNode = isRoot ? first : first.node(path.name());
    Node secondNode = isRoot ? second : second.node(path.name());
    compareAttributes(
        path,
        attributes.read(path, firstNode).attributes(),
        attributes.read(path, secondNode).attributes());
    if (a.status().type() == NodeType.SYMLINK) {
      differences.check(
          path,
          TreeDifference.Aspect.LINK_TARGET,
          first.readSymlink(path.name()),
          second.readSymlink(path.name()));
    } else if (a.status().isFile()) {
      differences.check(path, TreeDifference.Aspect.SIZE, a.status().size(), b.status().size());
      try (FileHandle firstFile = first.openFile(path.name());
          FileHandle secondFile = second.openFile(path.name())) {
        if (a.status().size() == b.status().size()) {
          compareContent(path, firstFile, secondFile);
        }
        if (differences.wants(TreeDifference.Aspect.HOLES)) {
          compareHoles(path, firstFile, secondFile);
        }
      }
    }
  }

  private void compareAttributes(BytePath path, List<Attribute> a, List<Attribute> b) {
    if (!a.equals(b)) {
      differences.add(
          path, TreeDifference.Aspect.ATTRIBUTES, names(a) + " expected, " + names(b) + " found");
    }
  }

  private static List<BytePath> names(List<Attribute> attributes) {
    return attributes.stream().map(Attribute::name).toList();
  }

  private void compareContent(BytePath path, FileHandle a, FileHandle b) throws PosixException {
    long at = 0;
    while (true) {
      int first = fill(a, at, firstBuffer);
      int second = fill(b, at, secondBuffer);
      int mismatch = Arrays.mismatch(firstBuffer, 0, first, secondBuffer, 0, second);
      if (mismatch >= 0) {
        differences.add(path, TreeDifference.Aspect.CONTENT, "from byte " + (at + mismatch));
        return;
      }
      if (first == 0) {
        return;
      }
      at += first;
      bytes += first;
    }
  }

  private static int fill(FileHandle file, long at, byte[] buffer) throws PosixException {
    int filled = 0;
    while (filled < buffer.length) {
      int count = file.read(at + filled, buffer, filled, buffer.length - filled);
      if (count < 0) {
        break;
      }
      filled += count;
    }
    return filled;
  }

  private void compareHoles(BytePath path, FileHandle a, FileHandle b) throws PosixException {
    long at = 0;
    while (true) {
      OptionalLong first = a.nextData(at);
      OptionalLong second = b.nextData(at);
      if (!first.equals(second)) {
        differences.add(path, TreeDifference.Aspect.HOLES, "from byte " + at);
        return;
      }
      if (first.isEmpty()) {
        return;
      }
      OptionalLong firstEnd = a.nextHole(first.getAsLong());
      if (!firstEnd.equals(b.nextHole(first.getAsLong())) || firstEnd.isEmpty()) {
        differences.add(path, TreeDifference.Aspect.HOLES, "from byte " + first.getAsLong());
        return;
      }
      at = firstEnd.getAsLong();
    }
  }
}
