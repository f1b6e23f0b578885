package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides, when a backup has stopped, which of the gathered entries stay, from what became known
 * only at the end. Asked in path order, by one thread.
 *
 * <p>Left out are files of relations that turned out to be unlogged: a relation's init fork may be
 * made long after its main fork, and recovery, which replays the making of the init fork, would
 * then stumble over the main fork. Left out, too, are tablespaces that the server's map does not
 * know: they were made after the start, and recovery makes them again.
 */
final class SettleEntries implements AutoCloseable {
  private final DirectoryHandle root;
  private final Set<BytePath> tablespaces;
  private final Set<BytePath> damaged = new HashSet<>();
  private BytePath openPath = BytePath.EMPTY;
  private @Nullable DirectoryHandle open;

  SettleEntries(
      DirectoryHandle root,
      Set<BytePath> inPlaceTablespaces,
      OnlineBackup.Stopped stopped,
      List<DamagedPage> late) {
    this.root = root;
    this.tablespaces = new HashSet<>(inPlaceTablespaces);
    TablespaceMap.parse(stopped.tablespaceMap()).forEach(known -> tablespaces.add(known.path()));
    late.forEach(page -> damaged.add(page.path()));
  }

  /** The entry as it goes into the manifest, null if it does not. */
  @Nullable Entry settle(Entry entry) {
    BytePath path = entry.path();
    if (path.startsWith(ClusterFileRules.TABLESPACES)
        && !path.equals(ClusterFileRules.TABLESPACES)
        && tablespaces.stream().noneMatch(path::startsWith)) {
      return null;
    }
    if (entry.type() != NodeType.FILE) {
      return entry;
    }
    boolean reset =
        RelationFile.of(path)
            .filter(ClusterFileRules::isResetAtRecovery)
            .filter(file -> exists(path, BytePath.of(file.initForkName())))
            .isPresent();
    if (reset) {
      return null;
    }
    return damaged.contains(path) ? withDamage(entry) : entry;
  }

  private static Entry withDamage(Entry entry) {
    return EntryMetadata.of(entry)
        .entry(entry.path(), entry.type())
        .content(entry.content())
        .flags(new Entry.Flags(entry.flags().changedWhileRead(), true))
        .build();
  }

  private boolean exists(BytePath path, BytePath name) {
    try {
      DirectoryHandle directory = directory(path);
      if (directory == null) {
        return false;
      }
      directory.status(name);
      return true;
    } catch (PosixException e) {
      if (e.isAbsent()) {
        return false;
      }
      throw new UncheckedIOException(e);
    }
  }

  /** The directory of a file, null if it is gone. */
  private @Nullable DirectoryHandle directory(BytePath path) throws PosixException {
    BytePath parent = path.parent();
    if (parent == null || parent.isEmpty()) {
      return root;
    }
    if (!parent.equals(openPath)) {
      close();
      openPath = parent;
      try {
        // By its path: a tablespace is reached through a link.
        open = DirectoryHandle.open(root.path().resolve(parent));
      } catch (PosixException e) {
        if (!e.isAbsent()) {
          throw e;
        }
      }
    }
    return open;
  }

  @Override
  public void close() throws PosixException {
    DirectoryHandle handle = open;
    open = null;
    openPath = BytePath.EMPTY;
    if (handle != null) {
      handle.close();
    }
  }
}
