package io.holdfast.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Native memory for one call: its arguments and the error number it leaves. Of one thread. */
final class CallFrame implements AutoCloseable {
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final Arena arena = Arena.ofConfined();

  /** One call; the argument is where it leaves its errno. */
  @FunctionalInterface
  interface Call {
    long run(MemorySegment state) throws Throwable;
  }

  /** A zero-terminated copy. */
  MemorySegment string(BytePath path) {
    return string(path.bytes());
  }

  MemorySegment string(byte[] bytes) {
    MemorySegment copy = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return copy;
  }

  /** Zeroed memory, aligned for any structure. */
  MemorySegment bytes(long length) {
    return arena.allocate(length, 16);
  }

  /**
   * Runs the call, again if a signal interrupted it.
   *
   * @return its result, not negative
   */
  long check(String name, BytePath path, Call call) throws PosixException {
    MemorySegment state = arena.allocate(STATE);
    while (true) {
      long result;
      try {
        result = call.run(state);
      } catch (Throwable e) {
        throw Libc.unexpected(e);
      }
      if (result >= 0) {
        return result;
      }
      int errno = (int) ERRNO.get(state, 0L);
      if (errno != Errno.EINTR) {
        throw new PosixException(errno, name, path);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
