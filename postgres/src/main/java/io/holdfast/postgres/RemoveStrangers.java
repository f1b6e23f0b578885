package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.posix.RemoveTree;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import java.util.Map;

/**
 * Removes from a place what the backup does not have: old segments of relations would otherwise
 * come back to life. Walks the place and the manifest side by side, both in path order.
 */
final class RemoveStrangers {
  private static final BytePath LOST_AND_FOUND = BytePath.of("lost+found");

  private final TargetTree tree;
  private final Map<BytePath, BytePath> tablespaces;
  private final Manifest.Cursor entries;
  private long removed;

  /**
   * @param tablespaces where tablespaces lie, by their paths in the backup
   */
  RemoveStrangers(TargetTree tree, Map<BytePath, BytePath> tablespaces, Manifest manifest) {
    this.tree = tree;
    this.tablespaces = tablespaces;
    this.entries = manifest.cursor();
  }

  /**
   * Removes them.
   *
   * @return how many files and directories were removed
   */
  long run() throws PosixException {
    walk(tree.root(), BytePath.EMPTY);
    return removed;
  }

  private void walk(DirectoryHandle directory, BytePath path) throws PosixException {
    if (Thread.interrupted()) {
      Thread.currentThread().interrupt();
      throw new CancelledException("restoring a cluster");
    }
    for (BytePath name : SortedNames.of(directory)) {
      BytePath child = path.resolve(name);
      if (path.isEmpty() && (name.equals(RestoreMarker.NAME) || name.equals(LOST_AND_FOUND))) {
        continue;
      }
      NodeType type = directory.status(name).type();
      if (!belongs(directory, child, type)) {
        removed += RemoveTree.at(directory, name);
      } else if (type == NodeType.DIRECTORY) {
        try (DirectoryHandle below = directory.openDirectory(name)) {
          walk(below, child);
        }
      } else if (type == NodeType.SYMLINK) {
        walkElsewhere(child);
      }
    }
  }

  /** Whether the backup has a path, as something that can be written to where it is. */
  private boolean belongs(DirectoryHandle directory, BytePath path, NodeType type)
      throws PosixException {
    Entry entry = entries.peek();
    while (entry != null && entry.path().compareTo(path) < 0) {
      entries.next();
      entry = entries.peek();
    }
    if (entry == null || !entry.path().equals(path) || !RestoreRules.isWrittenBack(path)) {
      return false;
    }
    if (tree.placeOf(path).isEmpty()) {
      return type == entry.type();
    }
    BytePath location = tablespaces.get(path);
    return type == NodeType.SYMLINK
        && (location == null || directory.readSymlink(path.name()).equals(location));
  }

  private void walkElsewhere(BytePath path) throws PosixException {
    DirectoryHandle place = tree.placeOf(path).orElseThrow();
    if (!tablespaces.containsKey(path)) {
      walk(place, path);
      return;
    }
    // Other versions of PostgreSQL may have their own directories beside ours.
    for (BytePath name : SortedNames.of(place)) {
      BytePath child = path.resolve(name);
      NodeType type = place.status(name).type();
      if (type == NodeType.DIRECTORY && belongs(place, child, type)) {
        try (DirectoryHandle below = place.openDirectory(name)) {
          walk(below, child);
        }
      }
    }
  }
}
