package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Walks a data directory and its tablespaces in path order, by the rules of what belongs into a
 * backup. Gives directories to the backup itself and files to whoever copies them. What vanishes on
 * the way was dropped; a tablespace that is not there may also be one that cannot be seen from
 * here, see {@link RequireTablespaces}. For one thread.
 */
final class DirectWalk {
  /** Takes the files that are found. */
  @FunctionalInterface
  interface Files {
    /**
     * Takes a file.
     *
     * @param directory that holds the file; stays open
     * @param path in the backup
     * @param size at the moment
     */
    void found(OpenDirectory directory, BytePath path, Optional<RelationFile> relation, long size)
        throws IOException;
  }

  private final BytePath root;
  private final BytePath versionDirectory;
  private final boolean summaries;
  private final Consumer<Entry> entries;
  private final ReadWarnings warnings;
  private final Files files;
  private final Set<BytePath> tablespaces = new HashSet<>();
  private final Set<BytePath> inPlace = new HashSet<>();

  /**
   * @param root the data directory
   * @param major version of the server
   */
  DirectWalk(
      BytePath root,
      int major,
      ControlFile cluster,
      Consumer<Entry> entries,
      ReadWarnings warnings,
      Files files) {
    this.root = root;
    this.versionDirectory = versionDirectory(major, cluster);
    this.summaries = major >= 17;
    this.entries = entries;
    this.warnings = warnings;
    this.files = files;
  }

  /** The directory in each tablespace that is this cluster's. */
  static BytePath versionDirectory(int major, ControlFile cluster) {
    return BytePath.of("PG_" + major + "_" + cluster.catalogVersion());
  }

  /** Walks all of it. */
  void run() throws IOException {
    try (OpenDirectory directory = new OpenDirectory(DirectoryHandle.open(root))) {
      EntryMetadata base = EntryMetadata.of(directory.handle().status(BytePath.of("base")));
      entries.accept(base.made().entry(BytePath.EMPTY, NodeType.DIRECTORY).build());
      walk(directory, BytePath.EMPTY);
    }
  }

  /** Paths of the tablespaces whose directory was there. */
  Set<BytePath> tablespaces() {
    return Set.copyOf(tablespaces);
  }

  /** Tablespaces that are plain directories in pg_tblspc. */
  Set<BytePath> inPlaceTablespaces() {
    return Set.copyOf(inPlace);
  }

  private void walk(OpenDirectory directory, BytePath path) throws IOException {
    List<BytePath> names = SortedNames.of(directory.handle());
    Set<String> unlogged = unlogged(path, names);
    for (BytePath name : names) {
      BytePath child = path.resolve(name);
      ClusterFileRules.Rule rule = ClusterFileRules.within(path, child);
      if (rule == ClusterFileRules.Rule.LEAVE_OUT || child.equals(ClusterFileRules.CONTROL_FILE)) {
        continue;
      }
      try {
        visit(directory, child, rule, unlogged);
      } catch (PosixException e) {
        if (!e.isAbsent()) {
          throw ClusterReadException.of(child, e);
        }
      }
    }
  }

  /** Names of the init forks of a directory. */
  private static Set<String> unlogged(BytePath directory, List<BytePath> names) {
    Set<String> forks = new HashSet<>();
    if (ClusterFileRules.isDatabaseDirectory(directory)) {
      for (BytePath name : names) {
        String text = name.toString();
        if (text.endsWith(Fork.INIT.suffix())) {
          forks.add(text);
        }
      }
    }
    return forks;
  }

  private void visit(
      OpenDirectory directory, BytePath path, ClusterFileRules.Rule rule, Set<String> unlogged)
      throws IOException {
    FileStatus status = directory.handle().status(path.name());
    if (rule == ClusterFileRules.Rule.KEEP_EMPTY) {
      keepEmpty(path, status);
    } else if (status.isFile()) {
      Optional<RelationFile> relation = RelationFile.of(path);
      boolean reset =
          relation
              .filter(ClusterFileRules::isResetAtRecovery)
              .filter(file -> unlogged.contains(file.initForkName()))
              .isPresent();
      if (!reset) {
        files.found(directory, path, relation, status.size());
      }
    } else if (ClusterFileRules.TABLESPACES.equals(path.parent())
        && (status.isDirectory() || status.type() == NodeType.SYMLINK)) {
      tablespace(directory, path, status);
    } else if (status.isDirectory()) {
      try (OpenDirectory below = new OpenDirectory(directory.handle().openDirectory(path.name()))) {
        add(path, EntryMetadata.of(status));
        walk(below, path);
      }
    } else {
      warnings.add(path + " is neither a file nor a directory and is not part of the backup");
    }
  }

  private void keepEmpty(BytePath path, FileStatus status) {
    EntryMetadata metadata = EntryMetadata.of(status);
    if (!status.isDirectory()) { // pg_wal may be a link to another disk
      metadata = new EntryMetadata(0700, metadata.uid(), metadata.gid(), metadata.modified());
    }
    add(path, metadata);
    if (path.equals(ClusterFileRules.WAL_DIRECTORY)) {
      add(path.resolve("archive_status"), metadata);
      if (summaries) {
        add(path.resolve("summaries"), metadata);
      }
    }
  }

  private void tablespace(OpenDirectory links, BytePath path, FileStatus status)
      throws IOException {
    BytePath version = versionDirectory;
    try (DirectoryHandle location = openLocation(links.handle(), path, status);
        OpenDirectory directory = new OpenDirectory(location.openDirectory(version))) {
      tablespaces.add(path);
      EntryMetadata metadata = EntryMetadata.of(directory.handle().status());
      add(path, metadata.made());
      add(path.resolve(version), metadata);
      walk(directory, path.resolve(version));
    }
  }

  private DirectoryHandle openLocation(DirectoryHandle links, BytePath path, FileStatus status)
      throws PosixException {
    if (status.isDirectory()) {
      inPlace.add(path);
      return links.openDirectory(path.name());
    }
    BytePath target = links.readSymlink(path.name());
    return DirectoryHandle.open(root.resolve(ClusterFileRules.TABLESPACES).resolve(target));
  }

  private void add(BytePath path, EntryMetadata metadata) {
    entries.accept(metadata.entry(path, NodeType.DIRECTORY).build());
  }
}
