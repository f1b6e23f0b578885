package io.holdfast.posix;

import java.nio.ByteBuffer;
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

  private static final LibraryFunction STATX = LibraryFunction.ofInt("statx");
  private static final LibraryFunction FCHOWNAT = LibraryFunction.ofInt("fchownat");
  private static final LibraryFunction FCHMODAT = LibraryFunction.ofInt("fchmodat");
  private static final LibraryFunction FCHMOD = LibraryFunction.ofInt("fchmod");
  private static final LibraryFunction UTIMENSAT = LibraryFunction.ofInt("utimensat");
  private static final LibraryFunction FUTIMENS = LibraryFunction.ofInt("futimens");

  private AttributeCalls() {}

  private static int pathFlags(BytePath name) {
    return NO_FOLLOW | (name.isEmpty() ? EMPTY_PATH : 0);
  }

  static FileStatus status(int directory, BytePath name, BytePath shown) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      NativeBytes status = frame.bytes(STATX_SIZE);
      frame.check(
          STATX,
          shown,
          directory,
          frame.string(name),
          pathFlags(name) | NO_AUTOMOUNT,
          BASIC | MOUNT,
          status.address());
      return decode(status.values());
    }
  }

  /** struct statx of linux/stat.h, the same on every architecture. */
  private static FileStatus decode(ByteBuffer status) {
    int mode = status.getShort(28) & 0xffff;
    boolean hasMount = (status.getInt(0) & MOUNT) != 0;
    return new FileStatus(
        NodeType.ofMode(mode),
        mode & 07777,
        status.getLong(40),
        status.getLong(48) * 512,
        DeviceNumbers.join(status.getInt(136), status.getInt(140)),
        status.getLong(32),
        status.getInt(16) & 0xffff_ffffL,
        status.getInt(20) & 0xffff_ffffL,
        status.getInt(24) & 0xffff_ffffL,
        DeviceNumbers.join(status.getInt(128), status.getInt(132)),
        hasMount ? status.getLong(144) : 0,
        timestamp(status, 64),
        timestamp(status, 112),
        timestamp(status, 96));
  }

  private static FileTimestamp timestamp(ByteBuffer status, int offset) {
    return new FileTimestamp(status.getLong(offset), status.getInt(offset + 8));
  }

  static void setOwner(int directory, BytePath name, long owner, long group, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(FCHOWNAT, shown, directory, frame.string(name), owner, group, pathFlags(name));
    }
  }

  static void setPermissions(int directory, BytePath name, int permissions, BytePath shown)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      if (name.isEmpty()) {
        frame.check(FCHMOD, shown, directory, permissions);
      } else {
        frame.check(FCHMODAT, shown, directory, frame.string(name), permissions, NO_FOLLOW);
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
      NativeBytes times = frame.bytes(32);
      times
          .values()
          .putLong(0, accessed == null ? 0 : accessed.seconds())
          .putLong(8, accessed == null ? LEAVE : accessed.nanos())
          .putLong(16, modified.seconds())
          .putLong(24, modified.nanos());
      if (name.isEmpty()) {
        frame.check(FUTIMENS, shown, directory, times.address());
      } else {
        frame.check(UTIMENSAT, shown, directory, frame.string(name), times.address(), NO_FOLLOW);
      }
    }
  }
}
