package io.holdfast.posix;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The C library of this system. */
public final class GnuLibc {
  private static final int LONGEST_VERSION = 64;

  private GnuLibc() {}

  /** Its version, such as {@code 2.36}; nothing if it is another one than glibc. */
  public static Optional<String> version() {
    return LibraryFunction.ifPresent("gnu_get_libc_version").map(GnuLibc::text);
  }

  private static String text(LibraryFunction function) {
    try (CallFrame frame = new CallFrame()) {
      return MemorySegment.ofAddress(frame.call(function))
          .reinterpret(LONGEST_VERSION)
          .getString(0);
    }
  }
}
