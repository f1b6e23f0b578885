package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects warnings; keeps the first and counts all. Thread-safe. */
final class WarningLog {
  private final int limit;
  private final List<TreeWarning> first = new ArrayList<>();
  private final Map<TreeWarning.Kind, Long> counts = new EnumMap<>(TreeWarning.Kind.class);

  WarningLog(int limit) {
    this.limit = limit;
  }

  synchronized void add(BytePath path, TreeWarning.Kind kind, String reason) {
    counts.merge(kind, 1L, Long::sum);
    if (first.size() < limit) {
      first.add(new TreeWarning(path, kind, reason));
    }
  }

  /** Something could not be read: it is gone, or else unreadable. */
  void addUnreadable(BytePath path, PosixException e) {
    add(path, e.isAbsent() ? TreeWarning.Kind.VANISHED : TreeWarning.Kind.UNREADABLE, e.reason());
  }

  synchronized TreeWarnings snapshot() {
    return new TreeWarnings(first, counts);
  }
}
