package io.holdfast.posix;

import java.util.ArrayList;
import java.util.Arrays;
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
  private static final LibraryFunction LIST = LibraryFunction.ofLong("llistxattr");
  private static final LibraryFunction GET = LibraryFunction.ofLong("lgetxattr");
  private static final LibraryFunction SET = LibraryFunction.ofInt("lsetxattr");
  private static final LibraryFunction REMOVE = LibraryFunction.ofInt("lremovexattr");
  private static final LibraryFunction FLIST = LibraryFunction.ofLong("flistxattr");
  private static final LibraryFunction FGET = LibraryFunction.ofLong("fgetxattr");
  private static final LibraryFunction FSET = LibraryFunction.ofInt("fsetxattr");
  private static final LibraryFunction FREMOVE = LibraryFunction.ofInt("fremovexattr");

  private XattrCalls() {}

  /** Fills a buffer of this size and returns the length of what is there. */
  @FunctionalInterface
  private interface Fill {
    long run(CallFrame frame, long buffer, int size) throws PosixException;
  }

  static List<byte[]> list(int directory, BytePath name, BytePath shown) throws PosixException {
    return split(
        growing(
            "listxattr",
            shown,
            (frame, buffer, size) ->
                name.isEmpty()
                    ? frame.check(FLIST, shown, directory, buffer, size)
                    : frame.check(LIST, shown, through(frame, directory, name), buffer, size)));
  }

  static byte[] get(int directory, BytePath name, byte[] attribute, BytePath shown)
      throws PosixException {
    return growing(
        "getxattr",
        shown,
        (frame, buffer, size) -> {
          long key = frame.string(attribute);
          return name.isEmpty()
              ? frame.check(FGET, shown, directory, key, buffer, size)
              : frame.check(GET, shown, through(frame, directory, name), key, buffer, size);
        });
  }

  static void set(int directory, BytePath name, byte[] attribute, byte[] value, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      long key = frame.string(attribute);
      long content = frame.string(value);
      if (name.isEmpty()) {
        frame.check(FSET, shown, directory, key, content, value.length, 0);
      } else {
        frame.check(SET, shown, through(frame, directory, name), key, content, value.length, 0);
      }
    }
  }

  static void remove(int directory, BytePath name, byte[] attribute, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      long key = frame.string(attribute);
      if (name.isEmpty()) {
        frame.check(FREMOVE, shown, directory, key);
      } else {
        frame.check(REMOVE, shown, through(frame, directory, name), key);
      }
    }
  }

  private static long through(CallFrame frame, int directory, BytePath name) {
    return frame.string(BytePath.of("/proc/self/fd/" + directory).resolve(name));
  }

  private static byte[] growing(String call, BytePath shown, Fill fill) throws PosixException {
    for (int size = FIRST_GUESS; size <= LIMIT; size *= 16) {
      try (CallFrame frame = new CallFrame()) {
        NativeBytes buffer = frame.bytes(size);
        return buffer.toArray((int) fill.run(frame, buffer.address(), size));
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
        result.add(Arrays.copyOfRange(names, start, i));
        start = i + 1;
      }
    }
    return result;
  }
}
