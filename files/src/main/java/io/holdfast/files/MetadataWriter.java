package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.Node;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Entry.Attribute;
import java.util.Arrays;
import java.util.List;

/**
 * Gives a restored node owner, attributes, mode and times, in the order in which one does not undo
 * the other: a new owner clears capabilities and set-id bits, a read-only mode keeps its owner from
 * setting attributes, a mode overwrites the mask of an ACL. What may not be set is logged.
 * Thread-safe.
 */
final class MetadataWriter {
  private static final int SET_ID_BITS = 06000;
  private static final String SET_ID_LEFT_OUT =
      "its set-user and set-group bits were left out, since it belongs to somebody else here";
  private static final BytePath ACL_PREFIX = BytePath.of("system.posix_acl_");
  private static final BytePath SELINUX = BytePath.of("security.selinux");

  private final OwnerRule owners;
  private final WarningLog warnings;

  MetadataWriter(OwnerRule owners, WarningLog warnings) {
    this.owners = owners;
    this.warnings = warnings;
  }

  /**
   * @throws PosixException if the node is gone, or the disk is full
   */
  void apply(Node node, Entry entry) throws PosixException {
    boolean owned = setOwner(node, entry);
    removeOtherAttributes(node, entry);
    setAttributes(node, entry, false);
    if (entry.type() != NodeType.SYMLINK) {
      int mode = entry.mode();
      boolean drops = !owned && entry.type() == NodeType.FILE;
      boolean set = permitted(entry, () -> node.setPermissions(drops ? mode & ~SET_ID_BITS : mode));
      setAttributes(node, entry, true);
      if (set && lacksSetId(node, mode)) {
        warnings.add(entry.path(), TreeWarning.Kind.METADATA_NOT_SET, SET_ID_LEFT_OUT);
      }
    }
    applyTime(node, entry);
  }

  /** The time of modification alone. */
  void applyTime(Node node, Entry entry) throws PosixException {
    permitted(entry, () -> node.setTimes(null, entry.modified()));
  }

  /** The system clears the set-group bit in silence if the caller is not in the group. */
  private static boolean lacksSetId(Node node, int mode) throws PosixException {
    int wanted = mode & SET_ID_BITS;
    return wanted != 0 && (node.status().permissions() & SET_ID_BITS) != wanted;
  }

  /** Whether the node belongs to whom it should. */
  private boolean setOwner(Node node, Entry entry) throws PosixException {
    long user = owners.user(entry);
    long group = owners.group(entry);
    FileStatus status = node.status();
    if (status.owner() == user && status.group() == group) {
      return true;
    }
    if (owners.leavesOwner()) {
      return false;
    }
    try {
      node.setOwner(user, group);
      return true;
    } catch (PosixException e) {
      rethrowUnlessRefused(e);
      warnings.add(
          entry.path(), TreeWarning.Kind.OWNER_NOT_SET, user + ":" + group + ": " + e.reason());
    }
    if (status.group() != group) {
      try {
        node.setOwner(Node.UNCHANGED, group); // allowed to members of the group
      } catch (PosixException e) {
        rethrowUnlessRefused(e); // counted above
      }
    }
    return false;
  }

  /** What a directory had before, or a new node got from a default ACL. */
  private void removeOtherAttributes(Node node, Entry entry) throws PosixException {
    List<byte[]> present;
    try {
      present = node.attributes();
    } catch (PosixException e) {
      rethrowUnlessRefused(e);
      return; // if there is something to set, that will be logged
    }
    for (byte[] bytes : present) {
      BytePath name = BytePath.of(bytes);
      boolean wanted = entry.attributes().stream().anyMatch(kept -> kept.name().equals(name));
      if (!wanted && AttributeReader.isKept(name) && !name.equals(SELINUX)) {
        try {
          node.removeAttribute(bytes);
        } catch (PosixException e) {
          if (e.errno() != Errno.ENODATA) {
            logAttribute(entry, name, e);
          }
        }
      }
    }
  }

  private void setAttributes(Node node, Entry entry, boolean acls) throws PosixException {
    for (Attribute attribute : entry.attributes()) {
      if (isAcl(attribute.name()) == acls) {
        try {
          node.setAttribute(attribute.name().bytes(), attribute.value());
        } catch (PosixException e) {
          logAttribute(entry, attribute.name(), e);
        }
      }
    }
  }

  private static boolean isAcl(BytePath name) {
    int length = ACL_PREFIX.length();
    return name.length() >= length
        && Arrays.equals(name.bytes(), 0, length, ACL_PREFIX.bytes(), 0, length);
  }

  /** No space can mean here that the node has no room for more attributes, or the disk is full. */
  private void logAttribute(Entry entry, BytePath name, PosixException e) throws PosixException {
    if (e.isAbsent() || e.errno() == Errno.EIO) {
      throw e;
    }
    warnings.add(entry.path(), TreeWarning.Kind.ATTRIBUTE_NOT_SET, name + ": " + e.reason());
  }

  @FunctionalInterface
  private interface Change {
    void make() throws PosixException;
  }

  /** Whether it was. */
  private boolean permitted(Entry entry, Change change) throws PosixException {
    try {
      change.make();
      return true;
    } catch (PosixException e) {
      rethrowUnlessRefused(e);
      warnings.add(entry.path(), TreeWarning.Kind.METADATA_NOT_SET, e.reason());
      return false;
    }
  }

  /** EINVAL is what an unmapped number gives in a user namespace. */
  private static void rethrowUnlessRefused(PosixException e) throws PosixException {
    if (!e.isDenied() && !e.isUnsupported() && e.errno() != Errno.EINVAL) {
      throw e;
    }
  }
}
