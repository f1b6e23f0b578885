package io.holdfast.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Calls on the attributes of a node: owner, mode, times. A node is named by a directory and a name
 * in it; links are not followed. The empty name means the open file itself.
 */
final class AttributeCalls {
  /** In place of a user or group: leave it as it is. */
  static final long UNCHANGED = 0xffff_ffffL;

  /** In place of nanoseconds: leave this time as it is. */
  private static final long LEAVE = (1L << 30) - 2;

  private static final int NO_FOLLOW = 0x100;
  private static final int EMPTY_PATH = 0x1000;
  private static final int NO_AUTOMOUNT = 0x800;
  private static final int BASIC = 0x7ff;
  private static final int MOUNT = 0x1000;
  private static final int STATX_SIZE = 256;

  private static final MethodHandle STATX =
      Libc.function("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle FCHOWNAT =
      Libc.function("fchownat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCHMODAT =
      Libc.function("fchmodat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCHMOD = Libc.function("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle UTIMENSAT =
      Libc.function("utimensat", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle FUTIMENS =
      Libc.function("futimens", JAVA_INT, JAVA_INT, ADDRESS);

  private AttributeCalls() {}

  private static int pathFlags(BytePath name) {
    return NO_FOLLOW | (name.isEmpty() ? EMPTY_PATH : 0);
  }

  static FileStatus status(int directory, BytePath name, BytePath shown) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment path = frame.string(name);
      MemorySegment status = frame.bytes(STATX_SIZE);
      int flags = pathFlags(name) | NO_AUTOMOUNT;
      frame.check(
          "statx",
          shown,
          state -> (int) STATX.invokeExact(state, directory, path, flags, BASIC | MOUNT, status));
      return decode(status);
    }
  }

  /** struct statx of linux/stat.h, the same on every architecture. */
  private static FileStatus decode(MemorySegment status) {
    int mode = status.get(JAVA_SHORT, 28) & 0xffff;
    boolean hasMount = (status.get(JAVA_INT, 0) & MOUNT) != 0;
    return new FileStatus(
        NodeType.ofMode(mode),
        mode & 07777,
        status.get(JAVA_LONG, 40),
        status.get(JAVA_LONG, 48) * 512,
        DeviceNumbers.join(status.get(JAVA_INT, 136), status.get(JAVA_INT, 140)),
        status.get(JAVA_LONG, 32),
        status.get(JAVA_INT, 16) & 0xffff_ffffL,
        status.get(JAVA_INT, 20) & 0xffff_ffffL,
        status.get(JAVA_INT, 24) & 0xffff_ffffL,
        DeviceNumbers.join(status.get(JAVA_INT, 128), status.get(JAVA_INT, 132)),
        hasMount ? status.get(JAVA_LONG, 144) : 0,
        timestamp(status, 64),
        timestamp(status, 112),
        timestamp(status, 96));
  }

  private static FileTimestamp timestamp(MemorySegment status, long offset) {
    return new FileTimestamp(status.get(JAVA_LONG, offset), status.get(JAVA_INT, offset + 8));
  }

  static void setOwner(int directory, BytePath name, long owner, long group, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment path = frame.string(name);
      int flags = pathFlags(name);
      frame.check(
          "fchownat",
          shown,
          state ->
              (int) FCHOWNAT.invokeExact(state, directory, path, (int) owner, (int) group, flags));
    }
  }

  static void setPermissions(int directory, BytePath name, int permissions, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      if (name.isEmpty()) {
        frame.check(
            "fchmod", shown, state -> (int) FCHMOD.invokeExact(state, directory, permissions));
      } else {
        MemorySegment path = frame.string(name);
        frame.check(
            "fchmodat",
            shown,
            state -> (int) FCHMODAT.invokeExact(state, directory, path, permissions, NO_FOLLOW));
      }
    }
  }

  static void setTimes(
      int directory,
      BytePath name,
      @Nullable FileTimestamp accessed,
      FileTimestamp modified,
      BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment times = frame.bytes(32);
      times.set(JAVA_LONG, 0, accessed == null ? 0 : accessed.seconds());
      times.set(JAVA_LONG, 8, accessed == null ? LEAVE : accessed.nanos());
      times.set(JAVA_LONG, 16, modified.seconds());
      times.set(JAVA_LONG, 24, modified.nanos());
      if (name.isEmpty()) {
        frame.check(
            "futimens", shown, state -> (int) FUTIMENS.invokeExact(state, directory, times));
      } else {
        MemorySegment path = frame.string(name);
        frame.check(
            "utimensat",
            shown,
            state -> (int) UTIMENSAT.invokeExact(state, directory, path, times, NO_FOLLOW));
      }
    }
  }
}
