package io.holdfast.files;

import io.holdfast.posix.BytePath;

/**
 * Something about one path that was not done as asked, while the rest went on.
 *
 * @param path relative to the root of the tree
 * @param reason for people
 */
public record TreeWarning(BytePath path, Kind kind, String reason) {
  /** What kind of thing it was. */
  public enum Kind {
    /** Could not be read; it is not in the backup. */
    UNREADABLE,
    /**
     * Kept changing while it was read, or was another one, or changed, when a further name of its
     * inode was read; what is in the backup may be of no single moment.
     */
    CHANGED_WHILE_READ,
    /** Its path is longer than what is kept; it is not in the backup. */
    PATH_TOO_LONG,
    /** Some extended attributes could not be read; they are not in the backup. */
    ATTRIBUTES_NOT_READ,
    /** The list of files of the previous backup is damaged; from there on every file was read. */
    PREVIOUS_DAMAGED,
    /**
     * Was there when its directory was listed and is gone since. Nothing to worry about by itself.
     */
    VANISHED,
    /** Owner or group could not be set. */
    OWNER_NOT_SET,
    /** Mode or times could not be set, or set-user and set-group bits were left out. */
    METADATA_NOT_SET,
    /** An extended attribute or ACL could not be set. */
    ATTRIBUTE_NOT_SET,
    /** A device, FIFO or socket could not be made; it is missing. */
    NODE_NOT_MADE,
    /**
     * Names of one inode were restored as files of their own: they lie on different file systems,
     * or the backup holds different things for them.
     */
    LINK_NOT_KEPT;

    /** Whether it only informs: the result is as complete as it could be. */
    public boolean isNotice() {
      return this == VANISHED;
    }
  }

  @Override
  public String toString() {
    String what = kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    return (path.isEmpty() ? "." : path) + ": " + what + (reason.isEmpty() ? "" : ": " + reason);
  }
}
