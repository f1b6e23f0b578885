package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.Entry;

/** Finds entries that have been seen before in the same manifest. */
@FunctionalInterface
interface EntryLookup {
  Entry get(BytePath path);
}
