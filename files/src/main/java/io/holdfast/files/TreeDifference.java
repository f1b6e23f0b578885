package io.holdfast.files;

import io.holdfast.posix.BytePath;

/**
 * In what two trees differ at one path.
 *
 * @param path relative to both roots
 * @param detail what was expected and what is there; may be empty
 */
public record TreeDifference(BytePath path, Aspect aspect, String detail) {
  /** What can differ. */
  public enum Aspect {
    /** Only the expected tree has it. */
    MISSING,
    /** Only the actual tree has it. */
    EXTRA,
    /** One of the trees could not be read there. */
    UNREADABLE,
    TYPE,
    OWNER,
    MODE,
    MODIFIED,
    /** Extended attributes and ACLs. */
    ATTRIBUTES,
    LINK_TARGET,
    DEVICE_NUMBER,
    SIZE,
    CONTENT,
    /** Which paths are names of the same file. */
    HARD_LINKS,
    /** Where a sparse file has holes. */
    HOLES
  }

  @Override
  public String toString() {
    return (path.isEmpty() ? "." : path) + ": " + aspect + (detail.isEmpty() ? "" : ": " + detail);
  }
}
