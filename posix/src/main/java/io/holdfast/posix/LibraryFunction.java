package io.holdfast.posix;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A function of the C library that takes up to six integers and addresses. Numbers and structures
 * are those of 64-bit Linux.
 *
 * <p>All are called in one shape, six registers, whatever they declare: on the two processors that
 * {@link Processor} knows, each of these arguments has a whole register, also behind "...", and who
 * is called looks at its own registers, and at the low half of one that holds an int (System V
 * AMD64 ABI 3.2.3, AAPCS64 6.8). The JVM would need 10 ms in each process for each shape.
 * docs/decisions/one-shape-for-calls-into-c.md.
 */
final class LibraryFunction {
  /** Arguments at most. */
  static final int ARGUMENTS = 6;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.captureCallState("errno"));

  private final MemorySegment address;
  private final String name;
  private final boolean returnsInt;

  private LibraryFunction(MemorySegment address, String name, boolean returnsInt) {
    this.address = address;
    this.name = name;
    this.returnsInt = returnsInt;
  }

  /** A function that returns an int. */
  static LibraryFunction ofInt(String name) {
    return new LibraryFunction(address(name), name, true);
  }

  /** A function that returns a long, a size or an address. */
  static LibraryFunction ofLong(String name) {
    return new LibraryFunction(address(name), name, false);
  }

  /** The function syscall(2), for the system call whose number is given to it first. */
  static LibraryFunction systemCall(String name) {
    return new LibraryFunction(address("syscall"), name, false);
  }

  /** As {@link #ofLong}; nothing if the library does not have it. */
  static Optional<LibraryFunction> ifPresent(String name) {
    return LINKER.defaultLookup().find(name).map(a -> new LibraryFunction(a, name, false));
  }

  private static MemorySegment address(String name) {
    return LINKER
        .defaultLookup()
        .find(name)
        .orElseThrow(
            () ->
                new UnsatisfiedLinkError(
                    "the C library has no " + name + "; glibc 2.33 or later is needed"));
  }

  /** As in messages. */
  String name() {
    return name;
  }

  /**
   * Calls it.
   *
   * @param state where errno is left
   */
  long call(MemorySegment state, long a, long b, long c, long d, long e, long f) {
    long result;
    try {
      result = (long) CALL.invokeExact(address, state, a, b, c, d, e, f);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) { // what a method handle declares; a call into C throws nothing
      throw new IllegalStateException(name + " threw", thrown);
    }
    return returnsInt ? (int) result : result;
  }
}
