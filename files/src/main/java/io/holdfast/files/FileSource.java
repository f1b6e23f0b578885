package io.holdfast.files;

import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.ByteSource;
import org.jspecify.annotations.Nullable;

/** A range of a file as a source of bytes. Of one thread at a time. */
final class FileSource implements ByteSource {
  private final FileHandle file;
  private final TreeProgress progress;
  private long position;
  private final long end;
  private @Nullable PosixException failure;

  FileSource(FileHandle file, long position, long length, TreeProgress progress) {
    this.file = file;
    this.position = position;
    this.end = position + length;
    this.progress = progress;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws PosixException {
    if (position >= end) {
      return -1;
    }
    try {
      int count = file.read(position, buffer, offset, (int) Math.min(length, end - position));
      if (count > 0) {
        position += count;
        progress.bytes(count);
      }
      return count;
    } catch (PosixException e) {
      failure = e;
      throw e;
    }
  }

  /** What made a read fail, however it was passed on. */
  @Nullable PosixException failure() {
    return failure;
  }
}
