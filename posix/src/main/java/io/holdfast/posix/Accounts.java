package io.holdfast.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalLong;

/** The system's users and groups. Every call asks the system anew, which may mean the network. */
public final class Accounts {
  private static final int FIRST_GUESS = 1 << 10;
  private static final int LIMIT = 1 << 20;
  private static final int RECORD = 64;
  private static final int ID_OFFSET = 16;

  private static final MethodHandle GETPWUID = byId("getpwuid_r");
  private static final MethodHandle GETGRGID = byId("getgrgid_r");
  private static final MethodHandle GETPWNAM = byName("getpwnam_r");
  private static final MethodHandle GETGRNAM = byName("getgrnam_r");
  private static final MethodHandle GETEUID = Libc.plain("geteuid", JAVA_INT);

  private Accounts() {}

  private static MethodHandle byId(String function) {
    return Libc.plain(function, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  }

  private static MethodHandle byName(String function) {
    return Libc.plain(function, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  }

  /** The name of a user, if the number has one. */
  public static Optional<String> userName(long id) throws PosixException {
    return nameOf("getpwuid_r", GETPWUID, id);
  }

  /** The name of a group, if the number has one. */
  public static Optional<String> groupName(long id) throws PosixException {
    return nameOf("getgrgid_r", GETGRGID, id);
  }

  /** The number of a user, if there is one of that name. */
  public static OptionalLong userId(String name) throws PosixException {
    return idOf("getpwnam_r", GETPWNAM, name);
  }

  /** The number of a group, if there is one of that name. */
  public static OptionalLong groupId(String name) throws PosixException {
    return idOf("getgrnam_r", GETGRNAM, name);
  }

  /** The user whose rights this process has now. */
  public static long effectiveUser() {
    try {
      return (int) GETEUID.invokeExact() & 0xffff_ffffL;
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  private static Optional<String> nameOf(String call, MethodHandle function, long id)
      throws PosixException {
    return lookup(
            call,
            (frame, memory, buffer, size, found) ->
                (int) function.invokeExact((int) id, memory, buffer, size, found),
            memory -> memory.get(ADDRESS, 0).reinterpret(LIMIT).getString(0))
        .filter(name -> !name.isEmpty());
  }

  private static OptionalLong idOf(String call, MethodHandle function, String name)
      throws PosixException {
    return lookup(
            call,
            (frame, memory, buffer, size, found) -> {
              MemorySegment text = frame.string(BytePath.of(name));
              return (int) function.invokeExact(text, memory, buffer, size, found);
            },
            memory -> memory.get(JAVA_INT, ID_OFFSET) & 0xffff_ffffL)
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }

  /** Fills struct passwd or struct group, whose first three members lie alike; gives an errno. */
  @FunctionalInterface
  private interface Lookup {
    int run(
        CallFrame frame, MemorySegment memory, MemorySegment buffer, long size, MemorySegment found)
        throws Throwable;
  }

  private static <T> Optional<T> lookup(
      String call, Lookup lookup, java.util.function.Function<MemorySegment, T> result)
      throws PosixException {
    for (int size = FIRST_GUESS; ; size *= 4) {
      try (CallFrame frame = new CallFrame()) {
        MemorySegment memory = frame.bytes(RECORD);
        MemorySegment found = frame.bytes(ADDRESS.byteSize());
        int error = lookup.run(frame, memory, frame.bytes(size), size, found);
        if (error == 0) {
          boolean present = found.get(ADDRESS, 0).address() != 0;
          return present ? Optional.of(result.apply(memory)) : Optional.empty();
        }
        if (meansAbsent(error)) {
          return Optional.empty();
        }
        if (error != Errno.EINTR && (error != Errno.ERANGE || size >= LIMIT)) {
          throw new PosixException(error, call, BytePath.EMPTY);
        }
      } catch (PosixException e) {
        throw e;
      } catch (Throwable e) {
        throw Libc.unexpected(e);
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
