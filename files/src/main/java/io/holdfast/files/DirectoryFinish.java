package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;

/**
 * Gives directories their metadata when nothing will be made in them any more. Those in which links
 * are still to be made wait on disk, and so does the root, in which the work directory is.
 * Thread-safe.
 */
final class DirectoryFinish implements RestoredDirectory.Finish, AutoCloseable {
  private static final int PRIVATE = 0600;

  private final RestoreSite site;
  private final PathSpool postponed;

  DirectoryFinish(RestoreSite site) throws PosixException {
    this.site = site;
    this.postponed =
        new PathSpool(site.target().work().createFile(BytePath.of("directories"), PRIVATE));
  }

  @Override
  public void finish(RestoredDirectory directory) throws PosixException {
    site.tally().restored(directory.entry());
    if (directory.isPostponed()) {
      postponed.add(directory.path());
    } else if (!directory.path().isEmpty()) {
      apply(directory.entry());
    }
  }

  /** Finishes those that waited, each after all that lie below it. The root is left. */
  void finishPostponed(EntryLookup entries) throws PosixException {
    for (BytePath path = postponed.next(); path != null; path = postponed.next()) {
      if (!path.isEmpty()) {
        apply(entries.get(path));
      }
    }
  }

  private void apply(Entry entry) throws PosixException {
    try (DirectoryCache.Lease lease = site.directories().lease(entry.path())) {
      site.metadata().apply(lease.directory(), entry);
      if (!site.target().isNear(lease.directory().status())) {
        lease.directory().sync(); // out of reach of the sync at the end
      }
    }
    site.directories().forget(entry.path());
  }

  @Override
  public void close() throws PosixException {
    postponed.close();
  }
}
