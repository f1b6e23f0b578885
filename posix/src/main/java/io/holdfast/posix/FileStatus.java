package io.holdfast.posix;

/**
 * What the system knows about a node.
 *
 * @param permissions the lower twelve bits of the mode: rwx for three, set-user, set-group, sticky
 * @param size bytes
 * @param allocated bytes that the node occupies on disk
 * @param device number of the device that holds it, encoded as glibc's makedev does
 * @param links number of names
 * @param specialDevice for device nodes, the device they stand for; else 0
 * @param mount identifies the mount it was reached by; 0 where the kernel does not tell
 */
public record FileStatus(
    NodeType type,
    int permissions,
    long size,
    long allocated,
    long device,
    long inode,
    long links,
    long owner,
    long group,
    long specialDevice,
    long mount,
    FileTimestamp accessed,
    FileTimestamp modified,
    FileTimestamp changed) {

  /** Whether both are the same node: same device and inode. */
  public boolean isSameNode(FileStatus other) {
    return device == other.device && inode == other.inode;
  }

  /** Whether this node is a directory. */
  public boolean isDirectory() {
    return type == NodeType.DIRECTORY;
  }

  /** Whether this node is a regular file. */
  public boolean isFile() {
    return type == NodeType.FILE;
  }
}
