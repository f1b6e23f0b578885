package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.Errno;
import io.holdfast.posix.Node;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.Entry.Attribute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the extended attributes of a node, POSIX ACLs among them. */
final class AttributeReader {
  /** Bytes of names and values that are kept of one node. */
  private static final int LIMIT = 1 << 20;

  /** In place of a size: it is there and could not be kept. */
  private static final int LOST = -1;

  private static final BytePath SYSTEM = BytePath.of("system.");
  private static final BytePath ACCESS_ACL = BytePath.of("system.posix_acl_access");
  private static final BytePath DEFAULT_ACL = BytePath.of("system.posix_acl_default");
  private static final BytePath EVM = BytePath.of("security.evm");

  private final WarningLog warnings;

  AttributeReader(WarningLog warnings) {
    this.warnings = warnings;
  }

  /**
   * What was read of a node.
   *
   * @param attributes in order of their names
   * @param complete whether that is all that is to be kept
   */
  record Result(List<Attribute> attributes, boolean complete) {
    private static final Result NONE = new Result(List.of(), true);
    private static final Result FAILED = new Result(List.of(), false);
  }

  /** What cannot be read is logged under the path and left out. */
  Result read(BytePath path, Node node) {
    List<byte[]> names;
    try {
      names = node.attributes();
    } catch (PosixException e) {
      if (e.isUnsupported()) {
        return Result.NONE;
      }
      warnings.add(path, TreeWarning.Kind.ATTRIBUTES_NOT_READ, e.reason());
      return Result.FAILED;
    }
    if (names.isEmpty()) {
      return Result.NONE;
    }
    List<Attribute> attributes = new ArrayList<>();
    int space = LIMIT;
    boolean complete = true;
    for (byte[] bytes : names) {
      BytePath name = BytePath.of(bytes);
      if (isKept(name)) {
        int size = read(path, node, name, space, attributes);
        complete &= size != LOST;
        space -= Math.max(size, 0);
      }
    }
    attributes.sort(
        Comparator.comparing(
            attribute -> attribute.name().bytes(), java.util.Arrays::compareUnsigned));
    return new Result(attributes, complete);
  }

  /** The bytes that it takes, 0 if it was removed just now. */
  private int read(BytePath path, Node node, BytePath name, int space, List<Attribute> attributes) {
    try {
      byte[] value = node.attribute(name.bytes());
      int size = name.length() + value.length;
      if (size > space) {
        warnings.add(path, TreeWarning.Kind.ATTRIBUTES_NOT_READ, name + ": more than 1 MiB in all");
        return LOST;
      }
      attributes.add(new Attribute(name, value));
      return size;
    } catch (PosixException e) {
      if (e.errno() == Errno.ENODATA) {
        return 0;
      }
      warnings.add(path, TreeWarning.Kind.ATTRIBUTES_NOT_READ, name + ": " + e.reason());
      return LOST;
    }
  }

  /** Whether an attribute means something on another file system; EVM's is bound to the inode. */
  static boolean isKept(BytePath name) {
    if (startsWith(name, SYSTEM)) {
      return name.equals(ACCESS_ACL) || name.equals(DEFAULT_ACL);
    }
    return !name.equals(EVM);
  }

  private static boolean startsWith(BytePath name, BytePath prefix) {
    if (name.length() < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (name.byteAt(i) != prefix.byteAt(i)) {
        return false;
      }
    }
    return true;
  }
}
