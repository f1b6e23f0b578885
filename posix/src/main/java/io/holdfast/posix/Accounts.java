package io.holdfast.posix;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The system's users and groups. Every call asks the system anew, which may mean the network. */
public final class Accounts {
  private static final int FIRST_GUESS = 1 << 10;
  private static final int LIMIT = 1 << 20;
  private static final int RECORD = 64;
  private static final int ID_OFFSET = 16;

  private static final LibraryFunction GETPWUID = LibraryFunction.ofInt("getpwuid_r");
  private static final LibraryFunction GETGRGID = LibraryFunction.ofInt("getgrgid_r");
  private static final LibraryFunction GETPWNAM = LibraryFunction.ofInt("getpwnam_r");
  private static final LibraryFunction GETGRNAM = LibraryFunction.ofInt("getgrnam_r");
  private static final LibraryFunction GETEUID = LibraryFunction.ofInt("geteuid");

  private Accounts() {}

  /** The name of a user, if the number has one. */
  public static Optional<String> userName(long id) throws PosixException {
    return nameOf(GETPWUID, id);
  }

  /** The name of a group, if the number has one. */
  public static Optional<String> groupName(long id) throws PosixException {
    return nameOf(GETGRGID, id);
  }

  /** The number of a user, if there is one of that name. */
  public static OptionalLong userId(String name) throws PosixException {
    return idOf(GETPWNAM, name);
  }

  /** The number of a group, if there is one of that name. */
  public static OptionalLong groupId(String name) throws PosixException {
    return idOf(GETGRNAM, name);
  }

  /** The user whose rights this process has now. */
  public static long effectiveUser() {
    try (CallFrame frame = new CallFrame()) {
      return frame.call(GETEUID) & 0xffff_ffffL;
    }
  }

  private static Optional<String> nameOf(LibraryFunction function, long id) throws PosixException {
    return lookup(function, frame -> id, record -> text(record.getLong(0)))
        .filter(name -> !name.isEmpty());
  }

  private static String text(long address) {
    return MemorySegment.ofAddress(address).reinterpret(LIMIT).getString(0);
  }

  private static OptionalLong idOf(LibraryFunction function, String name) throws PosixException {
    return lookup(
            function,
            frame -> frame.string(BytePath.of(name)),
            record -> record.getInt(ID_OFFSET) & 0xffff_ffffL)
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }

  /** Fills struct passwd or struct group, whose first three members lie alike. */
  private static <T> Optional<T> lookup(
      LibraryFunction function, ToLongFunction<CallFrame> key, Function<ByteBuffer, T> result)
      throws PosixException {
    for (int size = FIRST_GUESS; ; size *= 4) {
      try (CallFrame frame = new CallFrame()) {
        NativeBytes record = frame.bytes(RECORD);
        NativeBytes found = frame.bytes(Long.BYTES);
        long text = frame.bytes(size).address();
        int error =
            (int)
                frame.call(
                    function,
                    key.applyAsLong(frame),
                    record.address(),
                    text,
                    size,
                    found.address());
        if (error == 0) {
          boolean present = found.values().getLong(0) != 0;
          return present ? Optional.of(result.apply(record.values())) : Optional.empty();
        }
        if (meansAbsent(error)) {
          return Optional.empty();
        }
        if (error != Errno.EINTR && (error != Errno.ERANGE || size >= LIMIT)) {
          throw new PosixException(error, function.name(), BytePath.EMPTY);
        }
      }
    }
  }

  /** What name services answer, besides success, for an account that they do not have. */
  private static boolean meansAbsent(int error) {
    return error == Errno.ENOENT
        || error == Errno.ESRCH
        || error == Errno.EBADF
        || error == Errno.EPERM;
  }
}
