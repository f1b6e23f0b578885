package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.wal.SystemIdentifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a cluster may be restored to a place, and takes hold of it: before anything else
 * changes, the marker is there and the control file is gone.
 */
final class RestoreTarget {
  private static final BytePath GLOBAL = BytePath.of("global");
  private static final BytePath CONTROL = BytePath.of("pg_control");
  private static final BytePath VERSION = BytePath.of("PG_VERSION");
  private static final BytePath POSTMASTER = BytePath.of("postmaster.pid");
  private static final BytePath LOST_AND_FOUND = BytePath.of("lost+found");

  private final BytePath target;
  private final boolean force;
  private final ControlFile cluster;

  /**
   * @param cluster what is going to be restored
   */
  RestoreTarget(BytePath target, boolean force, ControlFile cluster) {
    this.target = target;
    this.force = force;
    this.cluster = cluster;
  }

  /**
   * Looks whether {@link #take} would refuse, and changes nothing. Directories above the place may
   * be absent: whoever asks makes them.
   *
   * @param locations where tablespaces go, by their paths in the backup
   * @throws ClusterRestoreException if the place may not be taken
   */
  void check(Map<BytePath, BytePath> locations) throws PosixException {
    try (DirectoryHandle root = DirectoryHandle.open(target)) {
      requireUsable(root, locations);
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT || !e.path().equals(target)) {
        throw e;
      }
      requireUsableTablespaces(null, locations);
    }
  }

  /** Whether there is something at the place that would be replaced. */
  boolean holdsSomething() throws PosixException {
    return !isFree(target);
  }

  /**
   * Takes hold of the place.
   *
   * @param locations where tablespaces go, by their paths in the backup
   * @throws ClusterRestoreException if it may not be, with nothing changed but empty directories
   */
  TargetTree take(Map<BytePath, BytePath> locations) throws PosixException {
    DirectoryHandle root = openOrMake(target);
    TargetTree tree = new TargetTree(root);
    boolean taken = false;
    try {
      requireUsable(root, locations);
      for (Map.Entry<BytePath, BytePath> location : locations.entrySet()) {
        tree.place(location.getKey(), openOrMake(location.getValue()));
      }
      RestoreMarker.write(root, cluster.systemIdentifier());
      removeControlFile(root);
      tree.keepWalLink();
      taken = true;
      return tree;
    } finally {
      if (!taken) {
        tree.close();
      }
    }
  }

  private void requireUsable(DirectoryHandle root, Map<BytePath, BytePath> locations)
      throws PosixException {
    if (!root.tryLock()) {
      throw ClusterRestoreException.refused(
          "another restore into " + target + " is running", "Wait until it has ended.");
    }
    requireNoServer(root);
    requireReplaceable(root);
    requireUsableTablespaces(root, locations);
  }

  private static DirectoryHandle openOrMake(BytePath path) throws PosixException {
    try {
      return DirectoryHandle.open(path);
    } catch (PosixException e) {
      BytePath parent = path.parent();
      if (!e.isAbsent() || parent == null) {
        throw e;
      }
      try (DirectoryHandle above = DirectoryHandle.open(parent)) {
        above.makeDirectory(path.name(), 0700);
        above.sync();
      }
      return DirectoryHandle.open(path);
    }
  }

  private void requireNoServer(DirectoryHandle root) throws PosixException {
    Optional<byte[]> file = read(root, POSTMASTER);
    if (file.isEmpty()) {
      return;
    }
    String first =
        new String(file.get(), StandardCharsets.ISO_8859_1).lines().findFirst().orElse("");
    if (first.strip().matches("[0-9]{1,9}") && runsHere(Long.parseLong(first.strip()))) {
      throw ClusterRestoreException.refused(
          "a PostgreSQL server, process " + first.strip() + ", runs in " + target,
          "Stop it first.");
    }
  }

  /**
   * Whether a process is a server of this directory: servers have it as their working directory.
   */
  private boolean runsHere(long pid) {
    if (ProcessHandle.of(pid).isEmpty()) {
      return false;
    }
    try {
      Path directory = Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd"));
      return Files.isSameFile(directory, Path.of("/proc/self/cwd").resolve(target.toString()));
    } catch (java.io.IOException e) {
      return true; // somebody else's process: it must be assumed to be the server
    }
  }

  private void requireReplaceable(DirectoryHandle root) throws PosixException {
    List<BytePath> names = SortedNames.of(root);
    names.remove(LOST_AND_FOUND);
    names.remove(RestoreMarker.NAME);
    if (names.isEmpty()) {
      return;
    }
    Optional<SystemIdentifier> there = identify(root);
    if (there.isPresent() && there.get().equals(cluster.systemIdentifier())) {
      return;
    }
    if (!names.contains(VERSION) && there.isEmpty()) {
      throw ClusterRestoreException.refused(
          target + " is neither empty nor the data directory of a cluster",
          "Choose an empty directory.");
    }
    if (!force) {
      throw ClusterRestoreException.refused(
          target + " holds another cluster" + there.map(id -> ", " + id).orElse(""),
          "Choose an empty directory, or allow it with --replace-cluster.");
    }
  }

  private static Optional<SystemIdentifier> identify(DirectoryHandle root) throws PosixException {
    Optional<SystemIdentifier> begun = RestoreMarker.read(root);
    if (begun.isPresent()) {
      return begun;
    }
    try (DirectoryHandle global = root.openDirectory(GLOBAL)) {
      return read(global, CONTROL).map(bytes -> ControlFile.parse(bytes).systemIdentifier());
    } catch (PosixException e) {
      if (e.isAbsent()) {
        return Optional.empty();
      }
      throw e;
    } catch (DamagedControlFileException | UnsupportedClusterException e) {
      return Optional.empty(); // some cluster, but not one that can be told to be the same
    }
  }

  private static Optional<byte[]> read(DirectoryHandle directory, BytePath name)
      throws PosixException {
    try (FileHandle file = directory.openFile(name)) {
      byte[] bytes = new byte[ControlFile.FILE_SIZE];
      int count = Math.max(0, file.read(0, bytes, 0, bytes.length));
      return Optional.of(java.util.Arrays.copyOf(bytes, count));
    } catch (PosixException e) {
      if (e.isAbsent()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void requireUsableTablespaces(
      @Nullable DirectoryHandle root, Map<BytePath, BytePath> locations) throws PosixException {
    for (Map.Entry<BytePath, BytePath> location : locations.entrySet()) {
      requireUsableTablespace(root, location.getKey(), location.getValue());
    }
  }

  /** A tablespace's place has to be empty, or the one that this cluster has already. */
  private void requireUsableTablespace(
      @Nullable DirectoryHandle root, BytePath path, BytePath location) throws PosixException {
    if (location.startsWith(target) || target.startsWith(location)) {
      throw ClusterRestoreException.refused(
          "the tablespace " + path + " would go to " + location + ", which overlaps " + target,
          "Map it to a directory of its own.");
    }
    if (!isEmptyOrAbsent(location) && (root == null || !leadsTo(root, path, location))) {
      throw ClusterRestoreException.refused(
          "the tablespace " + path + " would go to " + location + ", which is not empty",
          "Map it to an empty directory with oid=/place or /old/place=/new/place.");
    }
  }

  private boolean isEmptyOrAbsent(BytePath location) throws PosixException {
    if (isEmpty(location)) {
      return true;
    }
    boolean absent = !exists(location);
    if (absent) {
      requireParent(location);
    }
    return absent;
  }

  /** Whether nothing is at a place, on this machine. */
  static boolean isFree(BytePath location) throws PosixException {
    return isEmpty(location) || !exists(location);
  }

  private static boolean isEmpty(BytePath location) throws PosixException {
    try (DirectoryHandle directory = DirectoryHandle.open(location)) {
      List<BytePath> names = SortedNames.of(directory);
      names.remove(LOST_AND_FOUND);
      return names.isEmpty();
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      return false;
    }
  }

  private static boolean exists(BytePath location) throws PosixException {
    try (DirectoryHandle _ = DirectoryHandle.open(location)) {
      return true;
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      return false;
    }
  }

  /** The directory above a place that is to be made; what is above the target is made with it. */
  private void requireParent(BytePath location) throws PosixException {
    BytePath parent = location.parent();
    if (parent != null && !target.startsWith(parent)) {
      DirectoryHandle.open(parent).close();
    }
  }

  static boolean leadsTo(DirectoryHandle root, BytePath path, BytePath location)
      throws PosixException {
    try (DirectoryHandle links = root.openDirectory(ClusterFileRules.TABLESPACES)) {
      return links.status(path.name()).type() == NodeType.SYMLINK
          && links.readSymlink(path.name()).equals(location);
    } catch (PosixException e) {
      if (e.isAbsent()) {
        return false;
      }
      throw e;
    }
  }

  private static void removeControlFile(DirectoryHandle root) throws PosixException {
    try (DirectoryHandle global = root.openDirectory(GLOBAL)) {
      RemoveTree.fileIfPresent(global, CONTROL);
      global.sync();
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw e;
      }
    }
  }
}
