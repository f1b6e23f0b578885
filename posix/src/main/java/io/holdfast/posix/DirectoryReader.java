package io.holdfast.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Reads the names of a directory one by one, however many there are. Of one thread. */
public final class DirectoryReader implements AutoCloseable {
  private static final int BUFFER = 32 << 10;
  private static final int LENGTH_OFFSET = 16;
  private static final int NAME_OFFSET = 19;
  private static final LibraryFunction GETDENTS64 = LibraryFunction.ofLong("getdents64");

  private final DirectoryHandle directory;
  private ByteBuffer entries = ByteBuffer.allocate(0);

  DirectoryReader(DirectoryHandle directory) {
    this.directory = directory;
  }

  /** The next name, null after the last. */
  public @Nullable BytePath next() throws PosixException {
    while (true) {
      if (!entries.hasRemaining() && !fill()) {
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
      NativeBytes buffer = frame.bytes(BUFFER);
      int count =
          (int)
              frame.check(
                  GETDENTS64, directory.path(), directory.descriptor(), buffer.address(), BUFFER);
      entries = ByteBuffer.wrap(buffer.toArray(count)).order(ByteOrder.nativeOrder());
      return count > 0;
    }
  }

  /** struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name and zero. */
  private BytePath take() {
    int start = entries.position();
    int name = start + NAME_OFFSET;
    entries.position(start + (entries.getShort(start + LENGTH_OFFSET) & 0xffff));
    int end = name;
    while (entries.get(end) != 0) {
      end++;
    }
    return BytePath.of(entries.array(), name, end - name);
  }

  @Override
  public void close() throws PosixException {
    directory.close();
  }
}
