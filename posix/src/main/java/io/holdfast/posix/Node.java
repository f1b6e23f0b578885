package io.holdfast.posix;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of a file system whose attributes can be read and set: an open file or directory, or a
 * name in an open directory. If the name is that of a symbolic link, the link itself is meant.
 */
public sealed interface Node permits OpenNode, NamedNode {
  /** In place of a user or a group: leave it as it is. */
  long UNCHANGED = AttributeCalls.UNCHANGED;

  /** The path by which it was reached, for messages. */
  BytePath path();

  /** Type, owner, times and so on, as they are now. */
  FileStatus status() throws PosixException;

  /**
   * Sets user and group; the system clears the set-user and set-group bits and file capabilities.
   */
  void setOwner(long owner, long group) throws PosixException;

  /** Sets the lower twelve bits of the mode. A link has none: EOPNOTSUPP. */
  void setPermissions(int permissions) throws PosixException;

  /** Sets the times of last access and last modification; without the former, that stays. */
  void setTimes(@Nullable FileTimestamp accessed, FileTimestamp modified) throws PosixException;

  /** Names of the extended attributes that the caller may see, ACLs among them. */
  List<byte[]> attributes() throws PosixException;

  /** The value of an extended attribute; ENODATA if there is none. */
  byte[] attribute(byte[] name) throws PosixException;

  /** Creates or replaces an extended attribute. */
  void setAttribute(byte[] name, byte[] value) throws PosixException;

  /** Removes an extended attribute; ENODATA if there is none. */
  void removeAttribute(byte[] name) throws PosixException;
}
