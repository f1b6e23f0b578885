package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.PosixException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Walks a tree in path order, one directory at a time. What it needs does not grow with the tree:
 * only so many names are held in memory at once (others wait on disk), and only so many directories
 * are open. What cannot be read, or is gone, is logged and passed over. Of one thread.
 */
final class TreeWalk implements AutoCloseable {
  /** Longest path below the root, four times what the system takes at once. */
  static final int MAX_PATH = 16 << 10;

  private static final int OPEN_DIRECTORIES = 64;
  private static final int LEAST_NAMES = 64;

  /** A node that was met. Its directory is found in {@link #directories}. */
  record Visit(BytePath path, FileStatus status) {}

  private final DirectoryCache directories;
  private final TreeFilter filter;
  private final boolean oneFileSystem;
  private final int nameLimit;
  private final Path spool;
  private final WarningLog warnings;
  private final FileStatus root;
  private final Deque<SortedDirectory> levels = new ArrayDeque<>();
  private BytePath current = BytePath.EMPTY;
  private DirectoryCache.@Nullable Lease lease;
  private @Nullable Visit toEnter;
  private boolean started;
  private int namesInMemory;

  /**
   * @param root of the tree, closed with the walk
   * @param nameLimit names to hold in memory
   * @param spoolParent where to make a directory for the names that do not fit, removed at the end
   */
  TreeWalk(
      DirectoryHandle root,
      TreeFilter filter,
      boolean oneFileSystem,
      int nameLimit,
      Path spoolParent,
      WarningLog warnings)
      throws IOException {
    this.directories = new DirectoryCache(root, OPEN_DIRECTORIES);
    this.filter = filter;
    this.oneFileSystem = oneFileSystem;
    this.nameLimit = nameLimit;
    this.warnings = warnings;
    this.root = root.status();
    this.spool = Files.createTempDirectory(spoolParent, "holdfast-walk-");
  }

  /** Directories of the tree, for whoever looks closer at what was visited. */
  DirectoryCache directories() {
    return directories;
  }

  /** The next node; null at the end. The first is the root, with the empty path. */
  @Nullable Visit next() throws IOException {
    if (!started) {
      started = true;
      return visited(new Visit(BytePath.EMPTY, root));
    }
    Visit directory = toEnter;
    if (directory != null) {
      toEnter = null;
      enter(directory.path);
    }
    while (!levels.isEmpty()) {
      BytePath name = levels.element().next();
      if (name == null) {
        leave();
        continue;
      }
      Visit visit = look(name);
      if (visit != null) {
        return visited(visit);
      }
    }
    return null;
  }

  private Visit visited(Visit visit) {
    boolean enters =
        visit.status.isDirectory() && (!oneFileSystem || visit.status.device() == root.device());
    toEnter = enters ? visit : null;
    return visit;
  }

  private void enter(BytePath path) throws IOException {
    SortedDirectory names;
    try {
      moveTo(path);
      names =
          SortedDirectory.read(
              openLease().directory(), spool, Math.max(nameLimit - namesInMemory, LEAST_NAMES));
    } catch (PosixException e) {
      if (path.isEmpty()) {
        throw e;
      }
      warnings.addUnreadable(path, e);
      closeLease();
      return;
    }
    namesInMemory += names.inMemory();
    levels.push(names);
    current = path;
  }

  private void leave() throws IOException {
    SortedDirectory done = levels.pop();
    namesInMemory -= done.inMemory();
    done.close();
    closeLease();
    BytePath parent = current.parent();
    current = parent == null ? BytePath.EMPTY : parent;
  }

  private @Nullable Visit look(BytePath name) throws IOException {
    BytePath path = current.resolve(name);
    if (path.length() > MAX_PATH) {
      warnings.add(path, TreeWarning.Kind.PATH_TOO_LONG, path.length() + " bytes");
      return null;
    }
    try {
      if (lease == null) {
        moveTo(current);
      }
      FileStatus status = openLease().directory().status(name);
      return filter.wants(path, status.isDirectory()) ? new Visit(path, status) : null;
    } catch (PosixException e) {
      warnings.addUnreadable(path, e);
      return null;
    }
  }

  private void moveTo(BytePath path) throws PosixException {
    closeLease();
    lease = directories.lease(path);
  }

  private DirectoryCache.Lease openLease() {
    DirectoryCache.Lease now = lease;
    if (now == null) {
      throw new IllegalStateException("no directory is open");
    }
    return now;
  }

  private void closeLease() throws PosixException {
    if (lease != null) {
      lease.close();
      lease = null;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      closeLease();
      while (!levels.isEmpty()) {
        levels.pop().close();
      }
    } finally {
      directories.close();
      Files.deleteIfExists(spool);
    }
  }
}
