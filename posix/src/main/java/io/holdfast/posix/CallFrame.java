package io.holdfast.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory for one call: its arguments and the error number it leaves. Of one thread. */
final class CallFrame implements AutoCloseable {
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final int ERRNO =
      (int) STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  /** Most calls need no more: a few names, or a structure. */
  private static final int BLOCK = 1 << 10;

  private static final int ALIGNMENT = 16;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment state;
  private final NativeBytes block;
  private int used;

  CallFrame() {
    MemorySegment memory = arena.allocate(BLOCK, ALIGNMENT);
    this.state = memory;
    this.block = NativeBytes.of(memory);
    this.used = aligned((int) STATE.byteSize());
  }

  private static int aligned(int length) {
    return (length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** The address of a zero-terminated copy. */
  long string(BytePath path) {
    return string(path.bytes());
  }

  long string(byte[] bytes) {
    NativeBytes copy = bytes(bytes.length + 1);
    copy.values().put(0, bytes);
    return copy.address();
  }

  /** Zeroed memory, aligned for any structure. */
  NativeBytes bytes(int length) {
    if (length > BLOCK - used) {
      return NativeBytes.of(arena.allocate(length, ALIGNMENT));
    }
    ByteBuffer part = block.values().slice(used, length).order(block.values().order());
    long address = block.address() + used;
    used = Math.min(BLOCK, used + aligned(length));
    return new NativeBytes(address, part);
  }

  /**
   * Calls the function, again if a signal interrupted it.
   *
   * @param arguments at most six
   * @return its result, not negative
   */
  long check(LibraryFunction function, BytePath path, long... arguments) throws PosixException {
    while (true) {
      long result = call(function, arguments);
      if (result >= 0) {
        return result;
      }
      int errno = errno();
      if (errno != Errno.EINTR) {
        throw new PosixException(errno, function.name(), path);
      }
    }
  }

  /** Calls the function, and returns what it returns. */
  long call(LibraryFunction function, long... arguments) {
    if (arguments.length > LibraryFunction.ARGUMENTS) {
      throw new IllegalArgumentException(function.name() + " has too many arguments");
    }
    return function.call(
        state,
        argument(arguments, 0),
        argument(arguments, 1),
        argument(arguments, 2),
        argument(arguments, 3),
        argument(arguments, 4),
        argument(arguments, 5));
  }

  private static long argument(long[] arguments, int index) {
    return index < arguments.length ? arguments[index] : 0;
  }

  /** What the last call left, if it failed. */
  int errno() {
    return block.values().getInt(ERRNO);
  }

  @Override
  public void close() {
    arena.close();
  }
}
