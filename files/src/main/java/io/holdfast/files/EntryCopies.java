package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.Entry;

/** Entries made of other entries of the same file. */
final class EntryCopies {
  private EntryCopies() {}

  /** The same file by another name. */
  static Entry renamed(Entry entry, BytePath path) {
    return entry.copyAs(path).build();
  }

  static Entry changedWhileRead(Entry entry) {
    Entry.Flags flags = entry.flags();
    return entry
        .copyAs(entry.path())
        .flags(new Entry.Flags(true, flags.damagedPages(), flags.attributesIncomplete()))
        .build();
  }
}
