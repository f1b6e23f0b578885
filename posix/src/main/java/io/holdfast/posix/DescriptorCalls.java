package io.holdfast.posix;

/** Calls on an open file: content, length, durability. */
final class DescriptorCalls {
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  private static final LibraryFunction CLOSE = LibraryFunction.ofInt("close");
  private static final LibraryFunction PREAD = LibraryFunction.ofLong("pread");
  private static final LibraryFunction PWRITE = LibraryFunction.ofLong("pwrite");
  private static final LibraryFunction LSEEK = LibraryFunction.ofLong("lseek");
  private static final LibraryFunction FTRUNCATE = LibraryFunction.ofInt("ftruncate");
  private static final LibraryFunction FALLOCATE = LibraryFunction.ofInt("fallocate");
  private static final LibraryFunction FADVISE = LibraryFunction.ofInt("posix_fadvise");
  private static final LibraryFunction FSYNC = LibraryFunction.ofInt("fsync");
  private static final LibraryFunction FDATASYNC = LibraryFunction.ofInt("fdatasync");
  private static final LibraryFunction SYNCFS = LibraryFunction.ofInt("syncfs");
  private static final LibraryFunction FLOCK = LibraryFunction.ofInt("flock");

  private DescriptorCalls() {}

  /** Linux has closed the file also when a signal interrupted that: never tried again. */
  static void close(int fd, BytePath path) throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      if (frame.call(CLOSE, fd) < 0 && frame.errno() != Errno.EINTR) {
        throw new PosixException(frame.errno(), CLOSE.name(), path);
      }
    }
  }

  /** Reads up to length bytes into the array; 0 at the end of the file. */
  static int read(int fd, BytePath path, long position, byte[] to, int offset, int length)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      NativeBytes buffer = frame.bytes(length);
      int count = (int) frame.check(PREAD, path, fd, buffer.address(), length, position);
      buffer.values().get(0, to, offset, count);
      return count;
    }
  }

  /** Writes up to length bytes from the array. */
  static int write(int fd, BytePath path, long position, byte[] from, int offset, int length)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      NativeBytes buffer = frame.bytes(length);
      buffer.values().put(0, from, offset, length);
      return (int) frame.check(PWRITE, path, fd, buffer.address(), length, position);
    }
  }

  static long seek(int fd, BytePath path, long position, int whence) throws PosixException {
    return check(LSEEK, path, fd, position, whence);
  }

  static void truncate(int fd, BytePath path, long length) throws PosixException {
    check(FTRUNCATE, path, fd, length);
  }

  static void allocate(int fd, BytePath path, int mode, long offset, long length)
      throws PosixException {
    check(FALLOCATE, path, fd, mode, offset, length);
  }

  /** Only a hint: that it is refused does not matter. */
  static void advise(int fd, long offset, long length, int advice) {
    try (CallFrame frame = new CallFrame()) {
      frame.call(FADVISE, fd, offset, length, advice);
    }
  }

  static void sync(int fd, BytePath path) throws PosixException {
    check(FSYNC, path, fd);
  }

  static void syncContent(int fd, BytePath path) throws PosixException {
    check(FDATASYNC, path, fd);
  }

  static void syncFileSystem(int fd, BytePath path) throws PosixException {
    check(SYNCFS, path, fd);
  }

  static void lock(int fd, BytePath path, int operation) throws PosixException {
    check(FLOCK, path, fd, operation);
  }

  private static long check(LibraryFunction function, BytePath path, long... numbers)
      throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      return frame.check(function, path, numbers);
    }
  }
}
