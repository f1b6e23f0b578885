package io.holdfast.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls on extended attributes. There is no call that takes a directory and a name and works on
 * every kernel; the path through /proc/self/fd names the node in just that way, and the l-variants
 * do not follow it if it is a link.
 */
final class XattrCalls {
  /** The kernel's limit for one value and for the list of names. */
  static final int LIMIT = 64 << 10;

  private static final int FIRST_GUESS = 256;
  private static final MethodHandle LIST =
      Libc.function("llistxattr", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle GET =
      Libc.function("lgetxattr", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle SET =
      Libc.function("lsetxattr", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle REMOVE =
      Libc.function("lremovexattr", JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle FLIST =
      Libc.function("flistxattr", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle FGET =
      Libc.function("fgetxattr", JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle FSET =
      Libc.function("fsetxattr", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FREMOVE =
      Libc.function("fremovexattr", JAVA_INT, JAVA_INT, ADDRESS);

  private XattrCalls() {}

  /** Fills a buffer of this size and returns the length of what is there. */
  @FunctionalInterface
  private interface Fill {
    long run(CallFrame frame, MemorySegment buffer, long size) throws PosixException;
  }

  static List<byte[]> list(int directory, BytePath name, BytePath shown) throws PosixException {
    return split(
        growing(
            "listxattr",
            shown,
            (frame, buffer, size) -> {
              if (name.isEmpty()) {
                return frame.check(
                    "flistxattr",
                    shown,
                    state -> (long) FLIST.invokeExact(state, directory, buffer, size));
              }
              MemorySegment path = frame.string(through(directory, name));
              return frame.check(
                  "llistxattr", shown, state -> (long) LIST.invokeExact(state, path, buffer, size));
            }));
  }

  static byte[] get(int directory, BytePath name, byte[] attribute, BytePath shown)
      throws PosixException {
    return growing(
        "getxattr",
        shown,
        (frame, buffer, size) -> {
          MemorySegment key = frame.string(attribute);
          if (name.isEmpty()) {
            return frame.check(
                "fgetxattr",
                shown,
                state -> (long) FGET.invokeExact(state, directory, key, buffer, size));
          }
          MemorySegment path = frame.string(through(directory, name));
          return frame.check(
              "lgetxattr", shown, state -> (long) GET.invokeExact(state, path, key, buffer, size));
        });
  }

  static void set(int directory, BytePath name, byte[] attribute, byte[] value, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment key = frame.string(attribute);
      MemorySegment content = frame.string(value);
      long size = value.length;
      if (name.isEmpty()) {
        frame.check(
            "fsetxattr",
            shown,
            state -> (int) FSET.invokeExact(state, directory, key, content, size, 0));
      } else {
        MemorySegment path = frame.string(through(directory, name));
        frame.check(
            "lsetxattr", shown, state -> (int) SET.invokeExact(state, path, key, content, size, 0));
      }
    }
  }

  static void remove(int directory, BytePath name, byte[] attribute, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment key = frame.string(attribute);
      if (name.isEmpty()) {
        frame.check(
            "fremovexattr", shown, state -> (int) FREMOVE.invokeExact(state, directory, key));
      } else {
        MemorySegment path = frame.string(through(directory, name));
        frame.check("lremovexattr", shown, state -> (int) REMOVE.invokeExact(state, path, key));
      }
    }
  }

  private static BytePath through(int directory, BytePath name) {
    return BytePath.of("/proc/self/fd/" + directory).resolve(name);
  }

  private static byte[] growing(String call, BytePath shown, Fill fill) throws PosixException {
    for (int size = FIRST_GUESS; size <= LIMIT; size *= 16) {
      try (CallFrame frame = new CallFrame()) {
        MemorySegment buffer = frame.bytes(size);
        int length = (int) fill.run(frame, buffer, size);
        return buffer.asSlice(0, length).toArray(JAVA_BYTE);
      } catch (PosixException e) {
        if (e.errno() != Errno.ERANGE) {
          throw e;
        }
      }
    }
    throw new PosixException(Errno.ERANGE, call, shown);
  }

  /** Names come one after the other, each with a zero at its end. */
  private static List<byte[]> split(byte[] names) {
    List<byte[]> result = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < names.length; i++) {
      if (names[i] == 0) {
        result.add(java.util.Arrays.copyOfRange(names, start, i));
        start = i + 1;
      }
    }
    return result;
  }
}
