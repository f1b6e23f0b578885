package io.holdfast.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Calls that take a directory and a name in it: opening, making, linking, renaming, removing. */
final class NameCalls {
  static final int CURRENT_DIRECTORY = -100;
  static final int RENAME_NO_REPLACE = 1;
  static final int REMOVE_DIRECTORY = 0x200;
  static final int SYMLINK_FOLLOW = 0x400;
  static final long RESOLVE_NO_SYMLINKS_BENEATH = 0x04 | 0x08;

  private static final long OPENAT2 = 437;
  private static final int MAX_LINK_TARGET = 1 << 16;

  private static final MethodHandle OPENAT =
      Libc.variadic("openat", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle SYSCALL_OPENAT2 =
      Libc.variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle MKDIRAT =
      Libc.function("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle MKNODAT =
      Libc.function("mknodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
  private static final MethodHandle SYMLINKAT =
      Libc.function("symlinkat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle READLINKAT =
      Libc.function("readlinkat", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle LINKAT =
      Libc.function("linkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RENAMEAT2 =
      Libc.function("renameat2", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle UNLINKAT =
      Libc.function("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

  private NameCalls() {}

  static int open(int directory, BytePath path, int flags, int mode, BytePath shown)
      throws PosixException {
    int all = flags | OpenFlags.CLOSE_ON_EXEC | OpenFlags.NO_CONTROLLING_TERMINAL;
    try (CallFrame frame = new CallFrame()) {
      MemorySegment name = frame.string(path);
      return (int)
          frame.check(
              "openat",
              shown,
              state -> (int) OPENAT.invokeExact(state, directory, name, all, mode));
    }
  }

  /**
   * Opens a path of several names; no link is followed and nothing outside the directory reached.
   */
  static int openBeneath(int directory, BytePath path, int flags, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment name = frame.string(path);
      MemorySegment how = frame.bytes(24);
      how.set(JAVA_LONG, 0, flags | OpenFlags.CLOSE_ON_EXEC | OpenFlags.NO_CONTROLLING_TERMINAL);
      how.set(JAVA_LONG, 16, RESOLVE_NO_SYMLINKS_BENEATH);
      return (int)
          frame.check(
              "openat2",
              shown,
              state ->
                  (long)
                      SYSCALL_OPENAT2.invokeExact(
                          state, OPENAT2, directory, name, how, how.byteSize()));
    }
  }

  static void makeDirectory(int directory, BytePath name, int mode, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment path = frame.string(name);
      frame.check(
          "mkdirat", shown, state -> (int) MKDIRAT.invokeExact(state, directory, path, mode));
    }
  }

  static void makeNode(int directory, BytePath name, int mode, long device, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment path = frame.string(name);
      frame.check(
          "mknodat",
          shown,
          state -> (int) MKNODAT.invokeExact(state, directory, path, mode, device));
    }
  }

  static void makeSymlink(BytePath target, int directory, BytePath name, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment content = frame.string(target);
      MemorySegment path = frame.string(name);
      frame.check(
          "symlinkat",
          shown,
          state -> (int) SYMLINKAT.invokeExact(state, content, directory, path));
    }
  }

  static BytePath readSymlink(int directory, BytePath name, BytePath shown) throws PosixException {
    for (int size = 256; ; size *= 4) {
      try (CallFrame frame = new CallFrame()) {
        MemorySegment path = frame.string(name);
        MemorySegment target = frame.bytes(size);
        long limit = size;
        int length =
            (int)
                frame.check(
                    "readlinkat",
                    shown,
                    state -> (long) READLINKAT.invokeExact(state, directory, path, target, limit));
        if (length < size) {
          return BytePath.of(target.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
        if (size >= MAX_LINK_TARGET) {
          throw new PosixException(Errno.ENAMETOOLONG, "readlinkat", shown);
        }
      }
    }
  }

  static void link(
      int fromDirectory, BytePath from, int toDirectory, BytePath to, int flags, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment source = frame.string(from);
      MemorySegment target = frame.string(to);
      frame.check(
          "linkat",
          shown,
          state ->
              (int) LINKAT.invokeExact(state, fromDirectory, source, toDirectory, target, flags));
    }
  }

  static void rename(
      int fromDirectory, BytePath from, int toDirectory, BytePath to, int flags, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment source = frame.string(from);
      MemorySegment target = frame.string(to);
      frame.check(
          "renameat2",
          shown,
          state ->
              (int)
                  RENAMEAT2.invokeExact(state, fromDirectory, source, toDirectory, target, flags));
    }
  }

  static void remove(int directory, BytePath name, int flags, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment path = frame.string(name);
      frame.check(
          "unlinkat", shown, state -> (int) UNLINKAT.invokeExact(state, directory, path, flags));
    }
  }
}
