package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileStatus;
import io.holdfast.repository.Entry;

/** Entries made of other entries of the same file. */
final class EntryCopies {
  private EntryCopies() {}

  /** The same file by another name. */
  static Entry renamed(Entry entry, BytePath path) {
    return entry.copyAs(path).build();
  }

  /** As it was in an earlier backup: no time stamp moved, so only the number of links may have. */
  static Entry unchanged(Entry entry, FileStatus now) {
    return entry
        .copyAs(entry.path())
        .identity(now.inode(), now.device(), now.links())
        .build();
  }
}
