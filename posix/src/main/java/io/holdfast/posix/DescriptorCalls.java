package io.holdfast.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Calls on an open file: content, length, durability. */
final class DescriptorCalls {
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  private static final MethodHandle CLOSE = Libc.function("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle PREAD =
      Libc.function("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE =
      Libc.function("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LSEEK =
      Libc.function("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FTRUNCATE =
      Libc.function("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle FALLOCATE =
      Libc.function("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FADVISE =
      Libc.plain("posix_fadvise", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FSYNC = Libc.function("fsync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FDATASYNC = Libc.function("fdatasync", JAVA_INT, JAVA_INT);
  private static final MethodHandle SYNCFS = Libc.function("syncfs", JAVA_INT, JAVA_INT);
  private static final MethodHandle FLOCK = Libc.function("flock", JAVA_INT, JAVA_INT, JAVA_INT);

  private DescriptorCalls() {}

  static void close(int fd, BytePath path) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check("close", path, state -> (int) CLOSE.invokeExact(state, fd));
    }
  }

  /** Reads up to length bytes into the array; 0 at the end of the file. */
  static int read(int fd, BytePath path, long position, byte[] to, int offset, int length)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment buffer = frame.bytes(length);
      int count =
          (int)
              frame.check(
                  "pread",
                  path,
                  state -> (long) PREAD.invokeExact(state, fd, buffer, (long) length, position));
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, to, offset, count);
      return count;
    }
  }

  /** Writes up to length bytes from the array. */
  static int write(int fd, BytePath path, long position, byte[] from, int offset, int length)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment buffer = frame.bytes(length);
      MemorySegment.copy(from, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
      return (int)
          frame.check(
              "pwrite",
              path,
              state -> (long) PWRITE.invokeExact(state, fd, buffer, (long) length, position));
    }
  }

  static long seek(int fd, BytePath path, long position, int whence) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      return frame.check(
          "lseek", path, state -> (long) LSEEK.invokeExact(state, fd, position, whence));
    }
  }

  static void truncate(int fd, BytePath path, long length) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check("ftruncate", path, state -> (int) FTRUNCATE.invokeExact(state, fd, length));
    }
  }

  static void allocate(int fd, BytePath path, int mode, long offset, long length)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check(
          "fallocate", path, state -> (int) FALLOCATE.invokeExact(state, fd, mode, offset, length));
    }
  }

  static void advise(int fd, long offset, long length, int advice) {
    try {
      int ignored = (int) FADVISE.invokeExact(fd, offset, length, advice); // only a hint
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }

  static void sync(int fd, BytePath path) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check("fsync", path, state -> (int) FSYNC.invokeExact(state, fd));
    }
  }

  static void syncContent(int fd, BytePath path) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check("fdatasync", path, state -> (int) FDATASYNC.invokeExact(state, fd));
    }
  }

  static void syncFileSystem(int fd, BytePath path) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check("syncfs", path, state -> (int) SYNCFS.invokeExact(state, fd));
    }
  }

  static void lock(int fd, BytePath path, int operation) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      frame.check("flock", path, state -> (int) FLOCK.invokeExact(state, fd, operation));
    }
  }
}
