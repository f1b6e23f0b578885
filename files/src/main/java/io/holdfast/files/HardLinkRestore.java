package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.Errno;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Restores the names of files with several names. The first name met restores the file, and its
 * copy in the work directory, named by device and inode at the source, is what the others are
 * linked to when all files are complete. What is left to do waits on disk, not in memory.
 */
final class HardLinkRestore implements AutoCloseable {
  private static final int PRIVATE = 0600;

  private final RestoreSite site;
  private final PathSpool links;

  HardLinkRestore(RestoreSite site) throws PosixException {
    this.site = site;
    this.links = new PathSpool(site.target().work().createFile(BytePath.of("links"), PRIVATE));
  }

  static BytePath linkName(Entry entry) {
    return BytePath.of(
        "inode-" + Long.toHexString(entry.device()) + "-" + Long.toHexString(entry.inode()));
  }

  /**
   * Claims the file for its first name.
   *
   * @return the name of the still empty copy, null if an earlier entry has claimed it
   */
  @Nullable BytePath claim(Entry entry) throws PosixException {
    BytePath name = linkName(entry);
    try {
      site.target().work().createFile(name, PRIVATE).close();
      return name;
    } catch (PosixException e) {
      if (e.errno() == Errno.EEXIST) {
        return null;
      }
      throw e;
    }
  }

  /** Leaves a further name for later; its directory is finished after that. */
  void postpone(RestoredDirectory directory, Entry entry) throws PosixException {
    directory.postpone();
    links.add(linkName(entry));
    links.add(entry.path());
  }

  /** Makes all links that were postponed. Call when all files are complete. */
  void link(EntryLookup entries) throws PosixException {
    for (BytePath inode = links.next(); inode != null; inode = links.next()) {
      BytePath path = links.next();
      BytePath parent = path == null ? null : path.parent();
      if (path == null || parent == null) {
        throw new PosixException(Errno.EIO, "spool", BytePath.EMPTY);
      }
      try (DirectoryCache.Lease lease = site.directories().lease(parent)) {
        RestoreTarget target = site.target();
        BytePath made = target.freshName();
        target.work().link(inode, target.work(), made);
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
