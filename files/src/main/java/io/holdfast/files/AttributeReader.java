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

  private static final BytePath SYSTEM = BytePath.of("system.");
  private static final BytePath ACCESS_ACL = BytePath.of("system.posix_acl_access");
  private static final BytePath DEFAULT_ACL = BytePath.of("system.posix_acl_default");
  private static final BytePath EVM = BytePath.of("security.evm");

  private final WarningLog warnings;

  AttributeReader(WarningLog warnings) {
    this.warnings = warnings;
  }

  /** In order of their names. What cannot be read is logged under the path and left out. */
  List<Attribute> read(BytePath path, Node node) {
    List<byte[]> names;
    try {
      names = node.attributes();
    } catch (PosixException e) {
      if (!e.isUnsupported()) {
        warnings.add(path, TreeWarning.Kind.ATTRIBUTES_NOT_READ, e.reason());
      }
      return List.of();
    }
    if (names.isEmpty()) {
      return List.of();
    }
    List<Attribute> attributes = new ArrayList<>();
    int size = 0;
    for (byte[] bytes : names) {
      BytePath name = BytePath.of(bytes);
      if (isKept(name)) {
        size += read(path, node, name, LIMIT - size, attributes);
      }
    }
    attributes.sort(
        Comparator.comparing(
            attribute -> attribute.name().bytes(), java.util.Arrays::compareUnsigned));
    return attributes;
  }

  private int read(BytePath path, Node node, BytePath name, int space, List<Attribute> attributes) {
    try {
      byte[] value = node.attribute(name.bytes());
      int size = name.length() + value.length;
      if (size > space) {
        warnings.add(path, TreeWarning.Kind.ATTRIBUTES_NOT_READ, name + ": more than 1 MiB in all");
        return 0;
      }
      attributes.add(new Attribute(name, value));
      return size;
    } catch (PosixException e) {
      if (e.errno() != Errno.ENODATA) { // else it was removed just now
        warnings.add(path, TreeWarning.Kind.ATTRIBUTES_NOT_READ, name + ": " + e.reason());
      }
      return 0;
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
