package io.holdfast.posix;

/** Calls that take a directory and a name in it: opening, making, linking, renaming, removing. */
final class NameCalls {
  static final int CURRENT_DIRECTORY = -100;
  static final int RENAME_NO_REPLACE = 1;
  static final int REMOVE_DIRECTORY = 0x200;
  static final int SYMLINK_FOLLOW = 0x400;
  static final long RESOLVE_NO_SYMLINKS_BENEATH = 0x04 | 0x08;

  private static final long OPENAT2 = 437;
  private static final int OPEN_HOW_SIZE = 24;
  private static final int MAX_LINK_TARGET = 1 << 16;

  private static final LibraryFunction OPENAT = LibraryFunction.ofInt("openat");
  private static final LibraryFunction OPENAT2_CALL = LibraryFunction.systemCall("openat2");
  private static final LibraryFunction MKDIRAT = LibraryFunction.ofInt("mkdirat");
  private static final LibraryFunction MKNODAT = LibraryFunction.ofInt("mknodat");
  private static final LibraryFunction SYMLINKAT = LibraryFunction.ofInt("symlinkat");
  private static final LibraryFunction READLINKAT = LibraryFunction.ofLong("readlinkat");
  private static final LibraryFunction LINKAT = LibraryFunction.ofInt("linkat");
  private static final LibraryFunction RENAMEAT2 = LibraryFunction.ofInt("renameat2");
  private static final LibraryFunction UNLINKAT = LibraryFunction.ofInt("unlinkat");

  private NameCalls() {}

  static int open(int directory, BytePath path, int flags, int mode, BytePath shown)
      throws PosixException {
    int all = flags | OpenFlags.CLOSE_ON_EXEC | OpenFlags.NO_CONTROLLING_TERMINAL;
    try (CallFrame frame = new CallFrame()) {
      return (int) frame.check(OPENAT, shown, directory, frame.string(path), all, mode);
    }
  }

  /**
   * Opens a path of several names; no link is followed and nothing outside the directory reached.
   */
  static int openBeneath(int directory, BytePath path, int flags, BytePath shown)
      throws PosixException {
    int all = flags | OpenFlags.CLOSE_ON_EXEC | OpenFlags.NO_CONTROLLING_TERMINAL;
    try (CallFrame frame = new CallFrame()) {
      NativeBytes how = frame.bytes(OPEN_HOW_SIZE);
      how.values().putLong(0, all).putLong(16, RESOLVE_NO_SYMLINKS_BENEATH);
      return (int)
          frame.check(
              OPENAT2_CALL,
              shown,
              OPENAT2,
              directory,
              frame.string(path),
              how.address(),
              OPEN_HOW_SIZE);
    }
  }

  static void makeDirectory(int directory, BytePath name, int mode, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(MKDIRAT, shown, directory, frame.string(name), mode);
    }
  }

  static void makeNode(int directory, BytePath name, int mode, long device, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(MKNODAT, shown, directory, frame.string(name), mode, device);
    }
  }

  static void makeSymlink(BytePath target, int directory, BytePath name, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(SYMLINKAT, shown, frame.string(target), directory, frame.string(name));
    }
  }

  static BytePath readSymlink(int directory, BytePath name, BytePath shown) throws PosixException {
    for (int size = 256; ; size *= 4) {
      try (CallFrame frame = new CallFrame()) {
        NativeBytes target = frame.bytes(size);
        int length =
            (int)
                frame.check(
                    READLINKAT, shown, directory, frame.string(name), target.address(), size);
        if (length < size) {
          return BytePath.of(target.toArray(length));
        }
        if (size >= MAX_LINK_TARGET) {
          throw new PosixException(Errno.ENAMETOOLONG, READLINKAT.name(), shown);
        }
      }
    }
  }

  static void link(
      int fromDirectory, BytePath from, int toDirectory, BytePath to, int flags, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(
          LINKAT, shown, fromDirectory, frame.string(from), toDirectory, frame.string(to), flags);
    }
  }

  static void rename(
      int fromDirectory, BytePath from, int toDirectory, BytePath to, int flags, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(
          RENAMEAT2,
          shown,
          fromDirectory,
          frame.string(from),
          toDirectory,
          frame.string(to),
          flags);
    }
  }

  static void remove(int directory, BytePath name, int flags, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(UNLINKAT, shown, directory, frame.string(name), flags);
    }
  }
}
