package io.holdfast.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** Reads the names of a directory one by one, however many there are. Of one thread. */
public final class DirectoryReader implements AutoCloseable {
  private static final int BUFFER = 32 << 10;
  private static final int LENGTH_OFFSET = 16;
  private static final int NAME_OFFSET = 19;
  private static final MethodHandle GETDENTS64 =
      Libc.function("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  private final DirectoryHandle directory;
  private byte[] entries = new byte[0];
  private int next;

  DirectoryReader(DirectoryHandle directory) {
    this.directory = directory;
  }

  /** The next name, null after the last. */
  public @Nullable BytePath next() throws PosixException {
    while (true) {
      if (next == entries.length && !fill()) {
        return null;
      }
      BytePath name = take();
      if (name.isName()) { // neither "." nor ".."
        return name;
      }
    }
  }

  private boolean fill() throws PosixException {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment buffer = frame.bytes(BUFFER);
      int descriptor = directory.descriptor();
      long size = BUFFER;
      long count =
          frame.check(
              "getdents64",
              directory.path(),
              state -> (long) GETDENTS64.invokeExact(state, descriptor, buffer, size));
      entries = buffer.asSlice(0, count).toArray(JAVA_BYTE);
      next = 0;
      return count > 0;
    }
  }

  /** struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name and zero. */
  private BytePath take() {
    int start = next;
    int length =
        MemorySegment.ofArray(entries).get(JAVA_SHORT_UNALIGNED, start + LENGTH_OFFSET) & 0xffff;
    next = start + length;
    int end = start + NAME_OFFSET;
    while (entries[end] != 0) {
      end++;
    }
    return BytePath.of(entries, start + NAME_OFFSET, end - start - NAME_OFFSET);
  }

  @Override
  public void close() throws PosixException {
    directory.close();
  }
}
