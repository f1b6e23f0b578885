package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.Errno;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import io.holdfast.repository.FileIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Restores the names of files of any type with several names. The first name met restores it, and
 * its copy in the work directory, named by the identity of the file, is what the others are linked
 * to when all files are complete. What is left to do waits on disk, not in memory.
 */
final class HardLinkRestore implements AutoCloseable {
  private static final int PRIVATE = 0600;

  private final RestoreSite site;
  private final PathSpool links;

  HardLinkRestore(RestoreSite site) throws PosixException {
    this.site = site;
    this.links = new PathSpool(site.target().work().createFile(BytePath.of("links"), PRIVATE));
  }

  private static BytePath inodeName(FileIdentity file) {
    return BytePath.of(
        "inode-" + Long.toHexString(file.device()) + "-" + Long.toHexString(file.inode()));
  }

  /** The name of the copy in the work directory. */
  static BytePath copyName(FileIdentity file) {
    return BytePath.of(inodeName(file) + "-" + file.digest());
  }

  /** The file that an entry is to be linked with; null if it has one name, or cannot be linked. */
  @Nullable FileIdentity linkable(RestoredDirectory directory, Entry entry) {
    FileIdentity file = FileIdentity.of(entry);
    if (file != null && !directory.isNear()) {
      site.warnings()
          .add(entry.path(), TreeWarning.Kind.LINK_NOT_KEPT, "is on another file system");
      return null;
    }
    return file;
  }

  /** Whether an earlier entry has made the copy, or will. */
  boolean isClaimed(FileIdentity file) throws PosixException {
    try {
      site.target().work().status(copyName(file));
      return true;
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** Makes the copy of a regular file, still empty, for the first of its names. */
  void claim(Entry entry, FileIdentity file) throws PosixException {
    site.target().work().createFile(copyName(file), PRIVATE).close();
    claimed(entry, file);
  }

  /** Call when the copy was made. */
  void claimed(Entry entry, FileIdentity file) throws PosixException {
    if (!createIfFree(inodeName(file))) {
      site.warnings()
          .add(
              entry.path(),
              TreeWarning.Kind.LINK_NOT_KEPT,
              "the backup holds something else for another name with the same inode");
    }
  }

  private boolean createIfFree(BytePath name) throws PosixException {
    try {
      site.target().work().createFile(name, PRIVATE).close();
      return true;
    } catch (PosixException e) {
      if (e.errno() == Errno.EEXIST) {
        return false;
      }
      throw e;
    }
  }

  /** Leaves a further name for later; its directory is finished after that. */
  void postpone(RestoredDirectory directory, Entry entry, FileIdentity file) throws PosixException {
    directory.postpone();
    links.add(copyName(file));
    links.add(entry.path());
  }

  /** Makes all links that were postponed. Call when all files are complete. */
  void link(EntryLookup entries) throws PosixException {
    for (BytePath copy = links.next(); copy != null; copy = links.next()) {
      BytePath path = links.next();
      BytePath parent = path == null ? null : path.parent();
      if (path == null || parent == null) {
        throw new PosixException(Errno.EIO, "spool", BytePath.EMPTY);
      }
      try (DirectoryCache.Lease lease = site.directories().lease(parent)) {
        RestoreTarget target = site.target();
        BytePath made = target.freshName();
        target.work().link(copy, target.work(), made);
        target.place(target.work(), made, lease.directory(), path.name());
        Entry entry = entries.get(path);
        site.tally().bytes(entry.size());
        site.tally().restored(entry);
      }
    }
  }

  @Override
  public void close() throws PosixException {
    links.close();
  }
}
