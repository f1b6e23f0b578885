package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DeviceNumbers;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Restores what is no regular file. */
final class NodeRestore {
  private static final int PRIVATE = 0600;
  private static final int PRIVATE_DIRECTORY = 0700;

  private final RestoreSite site;

  NodeRestore(RestoreSite site) {
    this.site = site;
  }

  /**
   * Restores a symbolic link, device, FIFO or socket: made complete elsewhere, then moved.
   *
   * @param copy for one with several names: its name in the work directory, where it stays
   * @return false, and a warning, if it may not be made
   */
  boolean restore(RestoredDirectory directory, Entry entry, @Nullable BytePath copy)
      throws PosixException {
    RestoreTarget target = site.target();
    try (DirectoryCache.Lease lease = site.directories().lease(directory.path())) {
      DirectoryHandle to = lease.directory();
      DirectoryHandle workplace = directory.isNear() ? target.work() : to;
      BytePath made = copy == null ? target.freshName() : copy;
      if (!make(workplace, made, entry)) {
        return false;
      }
      site.metadata().apply(workplace.node(made), entry);
      if (copy != null) {
        made = target.freshName();
        workplace.link(copy, workplace, made);
      }
      target.place(workplace, made, to, entry.path().name());
      site.tally().restored(entry);
      return true;
    }
  }

  private boolean make(DirectoryHandle where, BytePath name, Entry entry) throws PosixException {
    try {
      switch (entry.type()) {
        case SYMLINK -> where.makeSymlink(name, Objects.requireNonNull(entry.linkTarget()));
        case FIFO, SOCKET -> where.makeNode(name, entry.type(), PRIVATE, 0);
        case CHAR_DEVICE, BLOCK_DEVICE ->
            where.makeNode(name, entry.type(), PRIVATE, number(entry));
        case FILE, DIRECTORY ->
            throw new IllegalArgumentException("made elsewhere: " + entry.path());
      }
      return true;
    } catch (PosixException e) {
      if (e.isDenied() || e.isUnsupported()) {
        site.warnings().add(entry.path(), TreeWarning.Kind.NODE_NOT_MADE, e.reason());
        return false;
      }
      throw e;
    }
  }

  private static long number(Entry entry) {
    Entry.DeviceNumber number = Objects.requireNonNull(entry.deviceNumber());
    return DeviceNumbers.join(number.major(), number.minor());
  }

  /** Makes a directory, or takes the one that is there, so that it can be filled. */
  RestoredDirectory enter(
      @Nullable RestoredDirectory parent, Entry entry, RestoredDirectory.Finish finish)
      throws PosixException {
    BytePath path = entry.path();
    if (parent == null) {
      return new RestoredDirectory(null, entry, true, finish);
    }
    try (DirectoryCache.Lease lease = site.directories().lease(parent.path())) {
      prepare(lease.directory(), path.name());
    }
    try (DirectoryCache.Lease lease = site.directories().lease(path)) {
      boolean near = site.target().isNear(lease.directory().status());
      return new RestoredDirectory(parent, entry, near, finish);
    }
  }

  private void prepare(DirectoryHandle parent, BytePath name) throws PosixException {
    if (!site.target().replaces()) {
      makeDirectory(parent, name);
      return;
    }
    FileStatus status = statusOrNull(parent, name);
    if (status != null && !status.isDirectory()) {
      parent.remove(name);
      status = null;
    }
    if (status == null) {
      makeDirectory(parent, name);
    } else if ((status.permissions() & PRIVATE_DIRECTORY) != PRIVATE_DIRECTORY) {
      parent.node(name).setPermissions(status.permissions() | PRIVATE_DIRECTORY);
    }
  }

  private static void makeDirectory(DirectoryHandle parent, BytePath name) throws PosixException {
    try {
      parent.makeDirectory(name, PRIVATE_DIRECTORY);
    } catch (PosixException e) {
      if (e.errno() == Errno.EEXIST) {
        throw TargetConflictException.inTheWay(
            parent.path().resolve(name), "not part of this restore");
      }
      throw e;
    }
  }

  private static @Nullable FileStatus statusOrNull(DirectoryHandle parent, BytePath name)
      throws PosixException {
    try {
      return parent.status(name);
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }
}
