package io.holdfast.posix;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A name in an open directory. Valid as long as the directory is open. */
public final class NamedNode implements Node {
  private final DirectoryHandle directory;
  private final BytePath name;

  NamedNode(DirectoryHandle directory, BytePath name) {
    this.directory = directory;
    this.name = name;
  }

  @Override
  public BytePath path() {
    return directory.path().resolve(name);
  }

  @Override
  public FileStatus status() throws PosixException {
    return AttributeCalls.status(directory.descriptor(), name, path());
  }

  @Override
  public void setOwner(long owner, long group) throws PosixException {
    AttributeCalls.setOwner(directory.descriptor(), name, owner, group, path());
  }

  @Override
  public void setPermissions(int permissions) throws PosixException {
    AttributeCalls.setPermissions(directory.descriptor(), name, permissions, path());
  }

  @Override
  public void setTimes(@Nullable FileTimestamp accessed, FileTimestamp modified)
      throws PosixException {
    AttributeCalls.setTimes(directory.descriptor(), name, accessed, modified, path());
  }

  @Override
  public List<byte[]> attributes() throws PosixException {
    return XattrCalls.list(directory.descriptor(), name, path());
  }

  @Override
  public byte[] attribute(byte[] attribute) throws PosixException {
    return XattrCalls.get(directory.descriptor(), name, attribute, path());
  }

  @Override
  public void setAttribute(byte[] attribute, byte[] value) throws PosixException {
    XattrCalls.set(directory.descriptor(), name, attribute, value, path());
  }

  @Override
  public void removeAttribute(byte[] attribute) throws PosixException {
    XattrCalls.remove(directory.descriptor(), name, attribute, path());
  }
}
