package io.holdfast.posix;

/**
 * An open directory. Names given to its methods are single names of what lies in it; a symbolic
 * link is never followed, so that nothing done through a handle leaves the directory, whatever
 * others do to it meanwhile.
 */
public final class DirectoryHandle extends OpenNode {
  private static final BytePath SELF = BytePath.of(".");
  private static final BytePath PARENT = BytePath.of("..");
  private static final int OPEN = OpenFlags.READ_ONLY | OpenFlags.DIRECTORY;

  private DirectoryHandle(int descriptor, BytePath path) {
    super(descriptor, path);
  }

  /**
   * Opens a directory by any path, following links as usual; the empty path is the working
   * directory.
   */
  public static DirectoryHandle open(BytePath path) throws PosixException {
    BytePath opened = path.isEmpty() ? SELF : path;
    return new DirectoryHandle(
        NameCalls.open(NameCalls.CURRENT_DIRECTORY, opened, OPEN, 0, opened), path);
  }

  static BytePath requireName(BytePath name) {
    if (!name.isName()) {
      throw new IllegalArgumentException("not a single name: " + name);
    }
    return name;
  }

  /** Opens a directory in this one; ENOTDIR or ELOOP if the name is something else. */
  public DirectoryHandle openDirectory(BytePath name) throws PosixException {
    return openDirectory(requireName(name), path().resolve(name));
  }

  private DirectoryHandle openDirectory(BytePath name, BytePath shown) throws PosixException {
    int flags = OPEN | OpenFlags.NO_FOLLOW;
    return new DirectoryHandle(NameCalls.open(descriptor(), name, flags, 0, shown), shown);
  }

  /**
   * Opens the directory that holds this one now. It may have been moved: compare the status.
   *
   * @param path what the new handle is called in messages
   */
  public DirectoryHandle openParent(BytePath path) throws PosixException {
    return openDirectory(PARENT, path);
  }

  /** Another handle of the same directory, to be closed on its own. */
  public DirectoryHandle reopen() throws PosixException {
    return openDirectory(SELF, path());
  }

  /**
   * Opens the directory at a path of any length below this one, no link on the way followed.
   *
   * @throws IllegalArgumentException unless {@link BytePath#isBeneath}
   */
  public DirectoryHandle openBeneath(BytePath below) throws PosixException {
    if (!below.isBeneath()) {
      throw new IllegalArgumentException("path leads out of the directory: " + below);
    }
    return below.isEmpty() ? reopen() : DescendingWalk.open(this, below);
  }

  DirectoryHandle openBeneathAtOnce(BytePath below) throws PosixException {
    BytePath shown = path().resolve(below);
    return new DirectoryHandle(NameCalls.openBeneath(descriptor(), below, OPEN, shown), shown);
  }

  /**
   * Opens a file for reading, without touching its access time where the system allows that. Does
   * not wait for the other end of a FIFO.
   */
  public FileHandle openFile(BytePath name) throws PosixException {
    int flags = OpenFlags.READ_ONLY | OpenFlags.NON_BLOCKING | OpenFlags.NO_FOLLOW;
    try {
      return openFile(requireName(name), flags | OpenFlags.NO_ACCESS_TIME, 0);
    } catch (PosixException e) {
      if (e.errno() != Errno.EPERM) {
        throw e;
      }
      return openFile(name, flags, 0); // only a file's owner may leave its access time alone
    }
  }

  /** Opens an existing file for reading and writing. */
  public FileHandle openFileToWrite(BytePath name) throws PosixException {
    return openFile(requireName(name), OpenFlags.READ_WRITE | OpenFlags.NO_FOLLOW, 0);
  }

  /** Creates a file; EEXIST if the name is taken. */
  public FileHandle createFile(BytePath name, int permissions) throws PosixException {
    int flags = OpenFlags.READ_WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE | OpenFlags.NO_FOLLOW;
    return openFile(requireName(name), flags, permissions);
  }

  /**
   * Creates a file that has no name until {@link FileHandle#linkInto}, and vanishes if it never
   * gets one. EOPNOTSUPP or EISDIR where the file system cannot.
   */
  public FileHandle createUnnamedFile(int permissions) throws PosixException {
    return openFile(SELF, OpenFlags.READ_WRITE | OpenFlags.UNNAMED, permissions);
  }

  /**
   * Tries whether files can be made here, by one that has no name and vanishes at once. A file
   * system that has no such files passes.
   *
   * @throws PosixException EACCES, EROFS, ENOSPC and others: what making a file fails with
   */
  public void requireWritable() throws PosixException {
    try {
      createUnnamedFile(0600).close();
    } catch (PosixException e) {
      if (!e.isUnsupported() && e.errno() != Errno.EISDIR) {
        throw e;
      }
    }
  }

  private FileHandle openFile(BytePath name, int flags, int permissions) throws PosixException {
    BytePath shown = path().resolve(name);
    return new FileHandle(NameCalls.open(descriptor(), name, flags, permissions, shown), shown);
  }

  /** A view of a name, whether it exists or not. */
  public NamedNode node(BytePath name) {
    return new NamedNode(this, requireName(name));
  }

  /** What is behind a name. */
  public FileStatus status(BytePath name) throws PosixException {
    return AttributeCalls.status(descriptor(), requireName(name), path().resolve(name));
  }

  /**
   * The names in this directory as they are from now on, without "." and "..", in the order of the
   * system.
   */
  public DirectoryReader read() throws PosixException {
    return new DirectoryReader(reopen());
  }

  /** Where a symbolic link points to. */
  public BytePath readSymlink(BytePath name) throws PosixException {
    return NameCalls.readSymlink(descriptor(), requireName(name), path().resolve(name));
  }

  /** Makes a directory; EEXIST if the name is taken. */
  public void makeDirectory(BytePath name, int permissions) throws PosixException {
    NameCalls.makeDirectory(descriptor(), requireName(name), permissions, path().resolve(name));
  }

  /** Makes a FIFO, a socket, a device or an empty file. Devices need privilege. */
  public void makeNode(BytePath name, NodeType type, int permissions, long device)
      throws PosixException {
    int mode = type.bits() | permissions;
    NameCalls.makeNode(descriptor(), requireName(name), mode, device, path().resolve(name));
  }

  /** Makes a symbolic link with any target. */
  public void makeSymlink(BytePath name, BytePath target) throws PosixException {
    NameCalls.makeSymlink(target, descriptor(), requireName(name), path().resolve(name));
  }

  /** Gives a node of this directory a further name; EEXIST if that is taken. */
  public void link(BytePath name, DirectoryHandle to, BytePath newName) throws PosixException {
    NameCalls.link(
        descriptor(),
        requireName(name),
        to.descriptor(),
        requireName(newName),
        0,
        to.path().resolve(newName));
  }

  /** Moves a node, replacing what has the new name. */
  public void rename(BytePath name, DirectoryHandle to, BytePath newName) throws PosixException {
    rename(name, to, newName, 0);
  }

  /**
   * Moves a node; EEXIST if the new name is taken. EINVAL where the file system cannot promise
   * that.
   */
  public void renameToFree(BytePath name, DirectoryHandle to, BytePath newName)
      throws PosixException {
    rename(name, to, newName, NameCalls.RENAME_NO_REPLACE);
  }

  private void rename(BytePath name, DirectoryHandle to, BytePath newName, int flags)
      throws PosixException {
    NameCalls.rename(
        descriptor(),
        requireName(name),
        to.descriptor(),
        requireName(newName),
        flags,
        to.path().resolve(newName));
  }

  /** Removes a name of anything but a directory. */
  public void remove(BytePath name) throws PosixException {
    NameCalls.remove(descriptor(), requireName(name), 0, path().resolve(name));
  }

  /** Removes an empty directory. */
  public void removeDirectory(BytePath name) throws PosixException {
    NameCalls.remove(
        descriptor(), requireName(name), NameCalls.REMOVE_DIRECTORY, path().resolve(name));
  }
}
