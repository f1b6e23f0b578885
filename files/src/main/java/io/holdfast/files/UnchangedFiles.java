package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.FileTimestamp;
import io.holdfast.posix.NodeType;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.UnusableObjectException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that a previous backup holds as they are now. Asked for ascending paths, it reads
 * the previous manifest once from start to end. Of one thread.
 */
final class UnchangedFiles {
  /**
   * Time stamps move in steps, of a clock tick on most file systems and of two seconds on some.
   * Within the step in which a file was read it can change without its time stamp showing it.
   */
  private static final Duration GRANULARITY = Duration.ofSeconds(2);

  private final FileTimestamp settled;
  private final WarningLog warnings;
  private Manifest.@Nullable Cursor entries;

  UnchangedFiles(@Nullable PreviousTree previous, WarningLog warnings) {
    this.warnings = warnings;
    entries = previous == null ? null : start(previous.manifest());
    Instant limit = previous == null ? Instant.EPOCH : previous.started().minus(GRANULARITY);
    settled = new FileTimestamp(limit.getEpochSecond(), limit.getNano());
  }

  /** The previous entry of this file if it need not be read again. */
  @Nullable Entry find(BytePath path, FileStatus now) {
    Entry before = advanceTo(path);
    return before != null && isUnchanged(before, now) ? before : null;
  }

  private Manifest.@Nullable Cursor start(Manifest manifest) {
    try {
      return manifest.cursor();
    } catch (UnusableObjectException e) {
      warnings.add(BytePath.EMPTY, TreeWarning.Kind.PREVIOUS_DAMAGED, e.what());
      return null;
    }
  }

  private @Nullable Entry advanceTo(BytePath path) {
    Manifest.Cursor cursor = entries;
    if (cursor == null) {
      return null;
    }
    try {
      Entry next = cursor.peek();
      while (next != null && next.path().compareTo(path) < 0) {
        cursor.next();
        next = cursor.peek();
      }
      return next != null && next.path().equals(path) ? next : null;
    } catch (UnusableObjectException e) {
      warnings.add(path, TreeWarning.Kind.PREVIOUS_DAMAGED, e.what());
      entries = null; // from here on every file is read
      return null;
    }
  }

  private boolean isUnchanged(Entry before, FileStatus now) {
    Content content = before.content();
    return before.type() == NodeType.FILE
        && now.isFile()
        && content != null
        && content.length() == now.size()
        && !before.flags().changedWhileRead()
        && before.modified().equals(now.modified())
        && before.changed().equals(now.changed())
        && before.inode() == (now.inode() & Long.MAX_VALUE)
        && before.device() == (now.device() & Long.MAX_VALUE)
        && now.modified().compareTo(settled) < 0
        && now.changed().compareTo(settled) < 0;
  }
}
