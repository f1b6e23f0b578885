package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.Entry;

/**
 * What a backup of a cluster keeps of a file beside its content: what a base backup over a stream
 * tells, too.
 *
 * @param modified whole seconds since 1970
 */
record EntryMetadata(int mode, long uid, long gid, long modified) {
  static EntryMetadata of(FileStatus status) {
    return new EntryMetadata(
        status.permissions(), status.owner(), status.group(), status.modified().seconds());
  }

  static EntryMetadata of(Entry entry) {
    return new EntryMetadata(entry.mode(), entry.uid(), entry.gid(), entry.modified().seconds());
  }

  /** The same of a thing that the backup makes itself, of no time. */
  EntryMetadata made() {
    return new EntryMetadata(mode, uid, gid, 0);
  }

  Entry.Builder entry(BytePath path, NodeType type) {
    FileTimestamp time = new FileTimestamp(modified, 0);
    return Entry.builder(path, type)
        .mode(mode)
        .owner(uid, gid)
        .times(time, new FileTimestamp(0, 0));
  }
}
