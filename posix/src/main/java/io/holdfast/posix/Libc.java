package io.holdfast.posix;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/** Links functions of the C library. Their numbers and structures are those of 64-bit Linux. */
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  private Libc() {}

  /** A function that sets errno: the handle takes the segment for the call state first. */
  static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
    return link(name, FunctionDescriptor.of(result, parameters), ERRNO);
  }

  /** As {@link #function}, with arguments beyond the first {@code fixed} passed as "...". */
  static MethodHandle variadic(
      String name, int fixed, MemoryLayout result, MemoryLayout... parameters) {
    return link(
        name,
        FunctionDescriptor.of(result, parameters),
        ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  /** A function whose errno nobody wants. */
  static MethodHandle plain(String name, MemoryLayout result, MemoryLayout... parameters) {
    return link(name, FunctionDescriptor.of(result, parameters));
  }

  private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER
        .defaultLookup()
        .find(name)
        .map(address -> LINKER.downcallHandle(address, type, options))
        .orElseThrow(
            () ->
                new UnsatisfiedLinkError(
                    "the C library has no " + name + "; glibc 2.33 or later is needed"));
  }

  /** For what a method handle declares but a call into C cannot throw. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException runtime) {
      return runtime;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("native call threw", e);
  }
}
