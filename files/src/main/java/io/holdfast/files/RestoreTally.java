package io.holdfast.files;

import io.holdfast.posix.NodeType;
import io.holdfast.repository.Entry;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what was restored, and tells the listener. Thread-safe. */
final class RestoreTally {
  private final TreeProgress progress;
  private final AtomicLong files = new AtomicLong();
  private final AtomicLong directories = new AtomicLong();
  private final AtomicLong others = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  RestoreTally(TreeProgress progress) {
    this.progress = progress;
  }

  void bytes(long count) {
    bytes.addAndGet(count);
    progress.bytes(count);
  }

  void restored(Entry entry) {
    AtomicLong counter =
        entry.type() == NodeType.FILE
            ? files
            : entry.type() == NodeType.DIRECTORY ? directories : others;
    counter.incrementAndGet();
    progress.entries(1);
  }

  TreeRestoreResult result(TreeWarnings warnings) {
    return new TreeRestoreResult(
        files.get(), directories.get(), others.get(), bytes.get(), warnings);
  }
}
