package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileStatus;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import org.jspecify.annotations.Nullable;

/** Entries made of other entries of the same file. */
final class EntryCopies {
  private EntryCopies() {}

  /** The same file by another name. */
  static Entry renamed(Entry entry, BytePath path) {
    return copy(entry, path).identity(entry.inode(), entry.device(), entry.links()).build();
  }

  /** As it was in an earlier backup: no time stamp moved, so only the number of links may have. */
  static Entry unchanged(Entry entry, FileStatus now) {
    return copy(entry, entry.path()).identity(now.inode(), now.device(), now.links()).build();
  }

  private static Entry.Builder copy(Entry entry, BytePath path) {
    @Nullable Content content = entry.content();
    return Entry.builder(path, entry.type())
        .mode(entry.mode())
        .owner(entry.uid(), entry.gid())
        .ownerNames(entry.user(), entry.group())
        .times(entry.modified(), entry.changed())
        .attributes(entry.attributes())
        .content(content)
        .flags(entry.flags());
  }
}
