package io.holdfast.posix;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The C library of this system. */
public final class GnuLibc {
  private static final int LONGEST_VERSION = 64;

  private GnuLibc() {}

  /** Its version, such as {@code 2.36}; nothing if it is another one than glibc. */
  public static Optional<String> version() {
    Linker linker = Linker.nativeLinker();
    return linker.defaultLookup().find("gnu_get_libc_version").map(GnuLibc::call);
  }

  private static String call(MemorySegment function) {
    MethodHandle handle =
        Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS));
    try {
      MemorySegment text = (MemorySegment) handle.invokeExact();
      return text.reinterpret(LONGEST_VERSION).getString(0);
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }
}
