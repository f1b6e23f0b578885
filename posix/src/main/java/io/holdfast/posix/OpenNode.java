package io.holdfast.posix;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open file or directory. Any thread may use it, several at once; closing it while another
 * thread uses it is the caller's mistake. Closing twice is harmless.
 */
public abstract sealed class OpenNode implements Node, AutoCloseable
    permits FileHandle, DirectoryHandle {
  private final int descriptor;
  private final BytePath path;
  private boolean closed;

  OpenNode(int descriptor, BytePath path) {
    this.descriptor = descriptor;
    this.path = path;
  }

  /**
   * @throws IllegalStateException if it is closed: its number may be another file's by now
   */
  final synchronized int descriptor() {
    if (closed) {
      throw new IllegalStateException("already closed: " + path);
    }
    return descriptor;
  }

  @Override
  public final BytePath path() {
    return path;
  }

  @Override
  public final FileStatus status() throws PosixException {
    return AttributeCalls.status(descriptor(), BytePath.EMPTY, path);
  }

  @Override
  public final void setOwner(long owner, long group) throws PosixException {
    AttributeCalls.setOwner(descriptor(), BytePath.EMPTY, owner, group, path);
  }

  @Override
  public final void setPermissions(int permissions) throws PosixException {
    AttributeCalls.setPermissions(descriptor(), BytePath.EMPTY, permissions, path);
  }

  @Override
  public final void setTimes(@Nullable FileTimestamp accessed, FileTimestamp modified)
      throws PosixException {
    AttributeCalls.setTimes(descriptor(), BytePath.EMPTY, accessed, modified, path);
  }

  @Override
  public final List<byte[]> attributes() throws PosixException {
    return XattrCalls.list(descriptor(), BytePath.EMPTY, path);
  }

  @Override
  public final byte[] attribute(byte[] name) throws PosixException {
    return XattrCalls.get(descriptor(), BytePath.EMPTY, name, path);
  }

  @Override
  public final void setAttribute(byte[] name, byte[] value) throws PosixException {
    XattrCalls.set(descriptor(), BytePath.EMPTY, name, value, path);
  }

  @Override
  public final void removeAttribute(byte[] name) throws PosixException {
    XattrCalls.remove(descriptor(), BytePath.EMPTY, name, path);
  }

  /** Returns when content and attributes (of a directory: its names) are on disk. */
  public final void sync() throws PosixException {
    DescriptorCalls.sync(descriptor(), path);
  }

  /** Returns when all that was written to the file system that holds this node is on disk. */
  public final void syncFileSystem() throws PosixException {
    DescriptorCalls.syncFileSystem(descriptor(), path);
  }

  /**
   * Takes the exclusive lock of this node, which lasts until it is closed or the process ends.
   *
   * @return whether it was free
   */
  public final boolean tryLock() throws PosixException {
    try {
      DescriptorCalls.lock(descriptor(), path, 2 | 4);
      return true;
    } catch (PosixException e) {
      if (e.errno() == Errno.EAGAIN) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public final synchronized void close() throws PosixException {
    if (!closed) {
      closed = true;
      DescriptorCalls.close(descriptor, path);
    }
  }
}
