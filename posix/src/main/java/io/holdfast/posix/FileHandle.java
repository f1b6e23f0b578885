package io.holdfast.posix;

import java.util.Objects;
import java.util.OptionalLong;

/** An open regular file (or whatever else a name turned out to be: ask {@link #status}). */
public final class FileHandle extends OpenNode {
  /**
   * Bytes of one call. Native memory comes zeroed; that much still is in the processor's cache, and
   * malloc(3) does not ask the system for it each time.
   */
  private static final int MAX_TRANSFER = 64 << 10;

  private static final int KEEP_SIZE = 1;
  private static final int SEQUENTIAL = 2;
  private static final int NOT_NEEDED = 4;

  FileHandle(int descriptor, BytePath path) {
    super(descriptor, path);
  }

  /**
   * Reads at a position.
   *
   * @return number of bytes read, at least one unless length is 0; -1 at the end of the file
   */
  public int read(long position, byte[] to, int offset, int length) throws PosixException {
    Objects.checkFromIndexSize(offset, length, to.length);
    if (length == 0) {
      return 0;
    }
    int wanted = Math.min(length, MAX_TRANSFER);
    int count = DescriptorCalls.read(descriptor(), path(), position, to, offset, wanted);
    return count == 0 ? -1 : count;
  }

  /** Writes all of the bytes at a position. */
  public void write(long position, byte[] from, int offset, int length) throws PosixException {
    Objects.checkFromIndexSize(offset, length, from.length);
    int done = 0;
    while (done < length) {
      int size = Math.min(length - done, MAX_TRANSFER);
      int count =
          DescriptorCalls.write(descriptor(), path(), position + done, from, offset + done, size);
      if (count == 0) {
        throw new PosixException(Errno.EIO, "pwrite", path());
      }
      done += count;
    }
  }

  /**
   * Where data begins, at or after a position: empty if from there to the end is a hole. A file
   * system without holes says that everything is data.
   */
  public OptionalLong nextData(long position) throws PosixException {
    return seek(position, DescriptorCalls.SEEK_DATA);
  }

  /**
   * Where a hole begins, at or after a position; the end of the file counts as one. Empty if the
   * position is beyond the end.
   */
  public OptionalLong nextHole(long position) throws PosixException {
    return seek(position, DescriptorCalls.SEEK_HOLE);
  }

  private OptionalLong seek(long position, int whence) throws PosixException {
    try {
      return OptionalLong.of(DescriptorCalls.seek(descriptor(), path(), position, whence));
    } catch (PosixException e) {
      if (e.errno() == Errno.ENXIO) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /** Sets the length; what is added is a hole. */
  public void setLength(long length) throws PosixException {
    DescriptorCalls.truncate(descriptor(), path(), length);
  }

  /**
   * Reserves disk space without changing length or content; EOPNOTSUPP where that is not possible.
   */
  public void allocate(long offset, long length) throws PosixException {
    DescriptorCalls.allocate(descriptor(), path(), KEEP_SIZE, offset, length);
  }

  /** Returns when the content, and the length, are on disk; other attributes may follow later. */
  public void syncContent() throws PosixException {
    DescriptorCalls.syncContent(descriptor(), path());
  }

  /** Tells the system that the file will be read from start to end. */
  public void willReadInOrder() {
    DescriptorCalls.advise(descriptor(), 0, 0, SEQUENTIAL);
  }

  /** Tells the system that it need not keep what it has cached of this file. */
  public void dropCache() {
    DescriptorCalls.advise(descriptor(), 0, 0, NOT_NEEDED);
  }

  /** Gives the file a name, also one that had none so far. EEXIST if the name is taken. */
  public void linkInto(DirectoryHandle directory, BytePath name) throws PosixException {
    NameCalls.link(
        NameCalls.CURRENT_DIRECTORY,
        BytePath.of("/proc/self/fd/" + descriptor()),
        directory.descriptor(),
        DirectoryHandle.requireName(name),
        NameCalls.SYMLINK_FOLLOW,
        directory.path().resolve(name));
  }
}
