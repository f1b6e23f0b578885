package io.holdfast.files;

import io.holdfast.posix.BytePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Collects differences; keeps the first and counts all. Of one thread. */
final class TreeDifferences {
  private final Set<TreeDifference.Aspect> ignored;
  private final int limit;
  private final List<TreeDifference> first = new ArrayList<>();
  private long count;

  TreeDifferences(Set<TreeDifference.Aspect> ignored, int limit) {
    this.ignored = ignored;
    this.limit = limit;
  }

  boolean wants(TreeDifference.Aspect aspect) {
    return !ignored.contains(aspect);
  }

  void add(BytePath path, TreeDifference.Aspect aspect, String detail) {
    if (wants(aspect)) {
      count++;
      if (first.size() < limit) {
        first.add(new TreeDifference(path, aspect, detail));
      }
    }
  }

  /** Adds a difference if the values differ. */
  void check(BytePath path, TreeDifference.Aspect aspect, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      add(path, aspect, expected + " expected, " + actual + " found");
    }
  }

  TreeComparisonResult result(long entries, long bytes) {
    return new TreeComparisonResult(entries, bytes, first, count);
  }
}
