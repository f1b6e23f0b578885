package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.EarlySync;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.PosixException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a tree is restored into, and in it a hidden work directory: files are made
 * there and moved to their places when they are complete. The work directory is locked against a
 * second restore, and marks the target as unfinished: as long as it is there, restoring the same
 * manifest into the target again is allowed and starts over. Thread-safe.
 */
final class RestoreTarget implements AutoCloseable {
  private static final BytePath LOST_AND_FOUND = BytePath.of("lost+found");
  private static final String WORK = ".holdfast-restore";
  private static final String FRESH = ".holdfast-file-";
  private static final String MANIFEST = "manifest-";
  private static final int PRIVATE = 0700;

  private final DirectoryHandle root;
  private final DirectoryHandle work;
  private final BytePath workName;
  private final BytePath claim;
  private final long device;

  /** The root as it was when this restore began to fill it. */
  private final FileStatus before;

  private final boolean replaces;
  private final String run = UUID.randomUUID().toString();
  private final EarlySync early;
  private volatile boolean finished;
  private final AtomicLong counter = new AtomicLong();

  private RestoreTarget(
      DirectoryHandle root,
      DirectoryHandle work,
      BytePath workName,
      BytePath claim,
      boolean replaces)
      throws PosixException {
    this.root = root;
    this.work = work;
    this.workName = workName;
    this.claim = claim;
    this.replaces = replaces;
    this.device = work.status().device();
    this.before = root.status();
    this.early = new EarlySync(root::syncFileSystem);
  }

  /**
   * Makes the target if it is absent, and takes possession of it.
   *
   * @param manifest tells what is restored from all else
   * @param isTaken whether the backup has an entry of that name at its top
   * @throws TargetConflictException if it holds something that was not allowed, or another restore
   *     runs
   */
  static RestoreTarget open(
      BytePath target, boolean overwrite, String manifest, Predicate<BytePath> isTaken)
      throws PosixException {
    BytePath workName = workName(isTaken);
    makeIfAbsent(target);
    DirectoryHandle root = DirectoryHandle.open(target);
    try {
      boolean unfinished = holds(root, workName);
      if (!unfinished && !overwrite && !isEmpty(root, isTaken)) {
        throw TargetConflictException.notEmpty(target);
      }
      boolean replaces = unfinished || overwrite;
      if (replaces) {
        makeWritable(root);
      }
      DirectoryHandle work = openWork(target, root, workName);
      BytePath claim = claimOf(manifest);
      claim(target, work, claim, overwrite);
      return new RestoreTarget(root, work, workName, claim, replaces);
    } catch (PosixException | RuntimeException e) {
      root.close();
      throw e;
    }
  }

  /**
   * Looks whether {@link #open} would refuse, and changes nothing. The target and what is above it
   * may be absent.
   *
   * @throws TargetConflictException if it holds something that was not allowed, or another restore
   *     runs
   */
  static void check(
      BytePath target, boolean overwrite, String manifest, Predicate<BytePath> isTaken)
      throws PosixException {
    BytePath workName = workName(isTaken);
    try (DirectoryHandle root = DirectoryHandle.open(target)) {
      if (holds(root, workName)) {
        checkWork(target, root.openDirectory(workName), overwrite, manifest);
      } else if (!overwrite && !isEmpty(root, isTaken)) {
        throw TargetConflictException.notEmpty(target);
      }
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private static void checkWork(
      BytePath target, DirectoryHandle opened, boolean overwrite, String manifest)
      throws PosixException {
    try (DirectoryHandle work = opened) {
      if (!work.tryLock()) {
        throw TargetConflictException.busy(target);
      }
      requireSame(target, work, claimOf(manifest), overwrite);
    }
  }

  /** Whether a restore into this directory has begun and not ended. */
  static boolean isUnfinished(BytePath target, Predicate<BytePath> isTaken) throws PosixException {
    try (DirectoryHandle root = DirectoryHandle.open(target)) {
      return holds(root, workName(isTaken));
    }
  }

  private static BytePath claimOf(String manifest) {
    return BytePath.of(MANIFEST + manifest);
  }

  private static BytePath workName(Predicate<BytePath> isTaken) {
    BytePath name = BytePath.of(WORK);
    for (int i = 2; isTaken.test(name); i++) {
      name = BytePath.of(WORK + "-" + i);
    }
    return name;
  }

  private static void makeIfAbsent(BytePath target) throws PosixException {
    BytePath parent = target.parent();
    if (parent == null || !target.name().isName()) {
      return;
    }
    try (DirectoryHandle above = DirectoryHandle.open(parent)) {
      above.makeDirectory(target.name(), PRIVATE);
      above.sync();
    } catch (PosixException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  private static boolean holds(DirectoryHandle root, BytePath name) throws PosixException {
    try {
      return root.status(name).isDirectory();
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /** It may have got the rights of the backup already. */
  private static void makeWritable(DirectoryHandle root) throws PosixException {
    int permissions = root.status().permissions();
    if ((permissions & PRIVATE) != PRIVATE) {
      try {
        root.setPermissions(permissions | PRIVATE);
      } catch (PosixException e) {
        if (!e.isDenied()) { // else it is somebody else's, and may be open to this process even so
          throw e;
        }
      }
    }
  }

  /** What a new file system holds is nothing, unless the backup has something of that name. */
  private static boolean isEmpty(DirectoryHandle directory, Predicate<BytePath> isTaken)
      throws PosixException {
    try (DirectoryReader names = directory.read()) {
      for (BytePath name = names.next(); name != null; name = names.next()) {
        if (!name.equals(LOST_AND_FOUND) || isTaken.test(name)) {
          return false;
        }
      }
      return true;
    }
  }

  private static DirectoryHandle openWork(BytePath target, DirectoryHandle root, BytePath name)
      throws PosixException {
    try {
      root.makeDirectory(name, PRIVATE);
    } catch (PosixException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    DirectoryHandle work = root.openDirectory(name);
    try {
      if (!work.tryLock()) {
        throw TargetConflictException.busy(target);
      }
      root.sync();
      return work;
    } catch (PosixException | RuntimeException e) {
      work.close();
      throw e;
    }
  }

  /** Notes what is restored, durably, and removes what an earlier attempt was making. */
  private static void claim(
      BytePath target, DirectoryHandle work, BytePath claim, boolean overwrite)
      throws PosixException {
    try {
      requireSame(target, work, claim, overwrite);
      clean(work, claim);
      try {
        work.createFile(claim, PRIVATE).close();
      } catch (PosixException e) {
        if (e.errno() != Errno.EEXIST) {
          throw e;
        }
      }
      work.sync();
    } catch (PosixException | RuntimeException e) {
      work.close();
      throw e;
    }
  }

  /**
   * @throws TargetConflictException if an earlier attempt was to restore something else: the target
   *     would become a mixture of both
   */
  private static void requireSame(
      BytePath target, DirectoryHandle work, BytePath claim, boolean overwrite)
      throws PosixException {
    if (!overwrite && !holdsOnly(work, claim)) {
      throw TargetConflictException.unfinished(target);
    }
  }

  private static boolean holdsOnly(DirectoryHandle work, BytePath claim) throws PosixException {
    try (DirectoryReader names = work.read()) {
      for (BytePath name = names.next(); name != null; name = names.next()) {
        if (name.toString().startsWith(MANIFEST) && !name.equals(claim)) {
          return false;
        }
      }
    }
    return true;
  }

  private static void clean(DirectoryHandle work, @Nullable BytePath but) throws PosixException {
    try (DirectoryReader names = work.read()) {
      for (BytePath name = names.next(); name != null; name = names.next()) {
        if (!name.equals(but)) {
          work.remove(name);
        }
      }
    }
  }

  DirectoryHandle root() {
    return root;
  }

  /**
   * Whether what is in the target already is replaced: it was allowed, or is from an unfinished
   * run.
   */
  boolean replaces() {
    return replaces;
  }

  /** Whether a file can be moved into a directory, or linked, from the work directory. */
  boolean isNear(FileStatus directory) {
    return directory.device() == device;
  }

  /** Counts what was written, so that it gets to the disk in good time. */
  void written(long bytes) {
    early.written(bytes);
  }

  /** The work directory. */
  DirectoryHandle work() {
    return work;
  }

  /** A name that is not in use. */
  BytePath freshName() {
    return BytePath.of(FRESH + run + "-" + counter.incrementAndGet());
  }

  /**
   * Gives a finished node its name. What has that name is replaced if that is allowed.
   *
   * @throws TargetConflictException if a directory has that name
   */
  void place(DirectoryHandle from, BytePath made, DirectoryHandle to, BytePath name)
      throws PosixException {
    try {
      if (replaces) {
        from.rename(made, to, name);
      } else {
        placeAtFreeName(from, made, to, name);
      }
    } catch (PosixException e) {
      switch (e.errno()) {
        case Errno.EEXIST -> throw inTheWay(to, name, "not part of this restore");
        case Errno.EISDIR, Errno.ENOTEMPTY -> throw inTheWay(to, name, "a directory");
        default -> throw e;
      }
    }
  }

  private static TargetConflictException inTheWay(DirectoryHandle in, BytePath name, String what) {
    return TargetConflictException.inTheWay(in.path().resolve(name), what);
  }

  private static void placeAtFreeName(
      DirectoryHandle from, BytePath made, DirectoryHandle to, BytePath name)
      throws PosixException {
    try {
      from.renameToFree(made, to, name);
    } catch (PosixException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      from.link(made, to, name); // a file system without that kind of rename
      from.remove(made);
    }
  }

  /** Removes the work directory: the restore is complete, and all of it on disk. */
  void finish() throws PosixException {
    early.finish();
    clean(work, null);
    try {
      root.removeDirectory(workName);
    } catch (PosixException e) {
      if (!e.isDenied()) {
        throw e;
      }
      removeWorkWithRightsOfBefore();
    }
    finished = true;
  }

  /**
   * The rights that the root was given keep this process, which is not root, from writing to it.
   */
  private void removeWorkWithRightsOfBefore() throws PosixException {
    FileStatus restored = root.status();
    setRights(before);
    try {
      root.removeDirectory(workName);
    } finally {
      setRights(restored);
    }
  }

  private void setRights(FileStatus wanted) throws PosixException {
    FileStatus now = root.status();
    if (now.owner() != wanted.owner() || now.group() != wanted.group()) {
      root.setOwner(wanted.owner(), wanted.group());
    }
    root.setPermissions(wanted.permissions());
  }

  /** After a failure, what was being made is removed and the mark stays. */
  @Override
  public void close() throws PosixException {
    try (root;
        work;
        early) {
      if (!finished) {
        clean(work, claim);
      }
    }
  }
}
