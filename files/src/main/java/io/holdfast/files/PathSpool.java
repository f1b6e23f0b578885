package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A list of paths that waits in a file: first all are added, by any thread, then all are read by
 * one.
 */
final class PathSpool implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final FileHandle file;
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private long position;
  private boolean reading;

  /**
   * @param file empty; closed with the list
   */
  PathSpool(FileHandle file) {
    this.file = file;
  }

  synchronized void add(BytePath path) throws PosixException {
    byte[] bytes = path.bytes();
    if (bytes.length > BUFFER - Integer.BYTES) {
      throw new PosixException(Errno.ENAMETOOLONG, "spool", path);
    }
    if (buffer.remaining() < bytes.length + Integer.BYTES) {
      flush();
    }
    buffer.putInt(bytes.length).put(bytes);
  }

  private void flush() throws PosixException {
    file.write(position, buffer.array(), 0, buffer.position());
    position += buffer.position();
    buffer.clear();
  }

  /** The next path, null after the last. Nothing can be added after the first call. */
  synchronized @Nullable BytePath next() throws PosixException {
    if (!reading) {
      flush();
      position = 0;
      buffer.limit(0);
      reading = true;
    }
    if (!has(Integer.BYTES)) {
      return null;
    }
    int length = buffer.getInt();
    if (!has(length)) {
      throw new PosixException(Errno.EIO, "spool", file.path());
    }
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return BytePath.of(bytes);
  }

  private boolean has(int count) throws PosixException {
    if (buffer.remaining() >= count) {
      return true;
    }
    buffer.compact();
    int read = 0;
    while (buffer.hasRemaining() && read >= 0) {
      read = file.read(position, buffer.array(), buffer.position(), buffer.remaining());
      if (read > 0) {
        buffer.position(buffer.position() + read);
        position += read;
      }
    }
    buffer.flip();
    return buffer.remaining() >= count;
  }

  @Override
  public void close() throws PosixException {
    file.close();
  }
}
