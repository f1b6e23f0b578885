package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import java.util.Iterator;
import java.util.Map;

/** Makes the directories of a backup and the links of its tablespaces, where they are not there. */
final class RestoreDirectories {
  private final TargetTree tree;
  private final Map<BytePath, BytePath> tablespaces;
  private final Ownership ownership;

  RestoreDirectories(TargetTree tree, Map<BytePath, BytePath> tablespaces, Ownership ownership) {
    this.tree = tree;
    this.tablespaces = tablespaces;
    this.ownership = ownership;
  }

  void run(Manifest manifest) throws PosixException {
    for (Iterator<Entry> entries = manifest.cursor(); entries.hasNext(); ) {
      Entry entry = entries.next();
      if (entry.type() == NodeType.DIRECTORY) {
        make(entry);
      }
    }
  }

  private void make(Entry entry) throws PosixException {
    BytePath path = entry.path();
    if (path.isEmpty()) {
      ownership.apply(tree.root(), entry);
      return;
    }
    BytePath location = tablespaces.get(path);
    if (location != null) {
      makeLink(path, location);
      ownership.apply(tree.placeOf(path).orElseThrow(), entry);
      return;
    }
    if (tree.placeOf(path).isPresent()) {
      ownership.apply(tree.placeOf(path).get(), entry); // pg_wal, on a disk of its own
      return;
    }
    try (DirectoryHandle parent = tree.openParent(path)) {
      try {
        parent.makeDirectory(path.name(), 0700);
      } catch (PosixException e) {
        if (e.errno() != Errno.EEXIST) {
          throw e;
        }
      }
      try (DirectoryHandle made = parent.openDirectory(path.name())) {
        ownership.apply(made, entry);
      }
    }
  }

  private void makeLink(BytePath path, BytePath location) throws PosixException {
    if (RestoreTarget.leadsTo(tree.root(), path, location)) {
      return;
    }
    try (DirectoryHandle links = tree.openParent(path)) {
      links.makeSymlink(path.name(), location);
      links.sync(); // it tells a repeated restore that what lies in the tablespace is ours
    }
  }
}
