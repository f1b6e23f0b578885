package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.Entry;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Lets only entries through that a scan can have made, in an order it can have made them:
 * ascending, each below a directory that came before. A manifest is data from outside. Of one
 * thread.
 */
final class EntryGuard {
  private final Deque<BytePath> directories = new ArrayDeque<>();
  private @Nullable BytePath last;

  /**
   * @throws UnsafeEntryException if this entry may not be restored
   */
  void check(Entry entry) {
    BytePath path = entry.path();
    checkPath(path);
    BytePath before = last;
    if (before != null && before.compareTo(path) >= 0) {
      throw new UnsafeEntryException(
          path, before.equals(path) ? "occurs twice" : "is out of order");
    }
    last = path;
    checkParent(path);
    checkParts(entry);
    if (entry.type() == NodeType.DIRECTORY) {
      directories.push(path);
    } else if (path.isEmpty()) {
      throw new UnsafeEntryException(path, "is the root, but no directory");
    }
  }

  private static void checkPath(BytePath path) {
    if (!path.isBeneath()) {
      throw new UnsafeEntryException(path, "leads out of the tree");
    }
    if (path.length() > TreeWalk.MAX_PATH) {
      throw new UnsafeEntryException(path.name(), "has a path of " + path.length() + " bytes");
    }
  }

  private void checkParent(BytePath path) {
    BytePath parent = path.parent();
    if (parent == null) {
      return;
    }
    while (!directories.isEmpty() && !parent.startsWith(directories.element())) {
      directories.pop();
    }
    if (directories.isEmpty() || !directories.element().equals(parent)) {
      throw new UnsafeEntryException(path, "lies below something that is no directory");
    }
  }

  private static void checkParts(Entry entry) {
    boolean complete =
        switch (entry.type()) {
          case FILE -> entry.content() != null;
          case SYMLINK -> entry.linkTarget() != null && !entry.linkTarget().isEmpty();
          case CHAR_DEVICE, BLOCK_DEVICE -> entry.deviceNumber() != null;
          case DIRECTORY, FIFO, SOCKET -> true;
        };
    if (!complete) {
      throw new UnsafeEntryException(entry.path(), "lacks what makes it a " + entry.type());
    }
  }
}
