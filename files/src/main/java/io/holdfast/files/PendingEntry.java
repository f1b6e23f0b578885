package io.holdfast.files;

import io.holdfast.repository.Entry;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** An entry that is ready, or will be once something was read. */
sealed interface PendingEntry {
  /** Nothing to wait for. */
  record Ready(Entry entry, BackupTally.Origin origin) implements PendingEntry {}

  /** A file that is being read; gives null if it cannot be. */
  record Reading(Future<@Nullable Entry> entry) implements PendingEntry {}

  /** A further name of a file that comes earlier in order. */
  record Linked(TreeWalk.Visit visit, Future<@Nullable Entry> first) implements PendingEntry {}
}
