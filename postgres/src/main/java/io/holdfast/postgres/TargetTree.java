package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.EarlySync;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The directories that a cluster is restored into: the data directory, the tablespaces, and pg_wal
 * where that is a link to another disk. Paths are those of the backup. No other link is followed.
 * Thread-safe once it is made.
 */
final class TargetTree implements AutoCloseable {
  private final DirectoryHandle root;
  private final Map<BytePath, DirectoryHandle> elsewhere = new TreeMap<>();
  private final EarlySync early = new EarlySync(this::syncAll);

  TargetTree(DirectoryHandle root) {
    this.root = root;
  }

  DirectoryHandle root() {
    return root;
  }

  /** Lets what the backup has below a path lie in another directory, which is closed with this. */
  void place(BytePath path, DirectoryHandle directory) {
    elsewhere.put(path, directory);
  }

  /** The directory elsewhere that a path stands for, if it is one. */
  Optional<DirectoryHandle> placeOf(BytePath path) {
    return Optional.ofNullable(elsewhere.get(path));
  }

  /** The directories elsewhere. */
  Iterable<DirectoryHandle> places() {
    return elsewhere.values();
  }

  /** Lets pg_wal be where a link leads that was there before. */
  void keepWalLink() throws PosixException {
    BytePath wal = ClusterFileRules.WAL_DIRECTORY;
    try {
      if (root.status(wal).type() == NodeType.SYMLINK) {
        place(wal, DirectoryHandle.open(root.path().resolve(root.readSymlink(wal))));
      }
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw e;
      }
    }
  }

  /** Opens a directory of the backup. */
  DirectoryHandle open(BytePath path) throws PosixException {
    for (Map.Entry<BytePath, DirectoryHandle> place : elsewhere.entrySet()) {
      if (path.startsWith(place.getKey())) {
        return place.getValue().openBeneath(below(path, place.getKey()));
      }
    }
    return root.openBeneath(path);
  }

  /** Opens the directory that holds a path of the backup, which is not its root. */
  DirectoryHandle openParent(BytePath path) throws PosixException {
    BytePath parent = path.parent();
    if (parent == null) {
      throw new IllegalArgumentException("the root has no parent");
    }
    return open(parent);
  }

  private static BytePath below(BytePath path, BytePath above) {
    if (path.equals(above)) {
      return BytePath.EMPTY;
    }
    int from = above.length() + 1;
    return BytePath.of(path.bytes(), from, path.length() - from);
  }

  /** Counts what was written, so that it gets to the disk in good time. */
  void written(long bytes) {
    early.written(bytes);
  }

  /** Returns when all that was written to any of the directories is on disk. */
  void sync() throws PosixException {
    early.finish();
  }

  private void syncAll() throws PosixException {
    root.syncFileSystem();
    for (DirectoryHandle directory : elsewhere.values()) {
      directory.syncFileSystem();
    }
  }

  @Override
  public void close() throws PosixException {
    early.close();
    for (DirectoryHandle directory : elsewhere.values()) {
      directory.close();
    }
    root.close();
  }
}
