package io.holdfast.files;

import io.holdfast.posix.BytePath;
import java.util.ArrayList;
import java.util.List;

/**
 * Which parts of a tree are wanted. Patterns are matched on bytes, against paths relative to the
 * root of the tree; {@code *}, {@code ?} and {@code [...]} stay within a name, {@code **} stands
 * for any number of directories. A pattern with a slash at its start or in its middle is anchored
 * at the root, any other matches at every level; one that ends in a slash matches directories only.
 *
 * <p>Exclude patterns are tried in order and the last one that matches decides; one that starts
 * with "!" brings back what an earlier one excluded. Nothing below an excluded directory is looked
 * at.
 *
 * <p>If there are include patterns, only what matches one, and what lies below a directory that
 * does, is wanted; so are the directories that lead to it, or could. Exclusion wins over inclusion.
 * The root itself is always wanted.
 */
public final class TreeFilter {
  /** Wants everything. */
  public static final TreeFilter EVERYTHING = of(List.of(), List.of());

  private record Exclusion(PathPattern pattern, boolean bringsBack) {}

  private final List<PathPattern> includes;
  private final List<Exclusion> excludes;

  private TreeFilter(List<PathPattern> includes, List<Exclusion> excludes) {
    this.includes = includes;
    this.excludes = excludes;
  }

  /**
   * @param includes patterns; none means everything
   * @param excludes patterns
   * @throws IllegalArgumentException if a pattern is malformed; the message names it
   */
  public static TreeFilter of(List<BytePath> includes, List<BytePath> excludes) {
    List<PathPattern> wanted = new ArrayList<>();
    for (BytePath line : includes) {
      wanted.add(PathPattern.compile(line));
    }
    List<Exclusion> unwanted = new ArrayList<>();
    for (BytePath line : excludes) {
      boolean bringsBack = line.length() > 0 && line.byteAt(0) == '!';
      BytePath pattern = bringsBack ? BytePath.of(line.bytes(), 1, line.length() - 1) : line;
      unwanted.add(new Exclusion(PathPattern.compile(pattern), bringsBack));
    }
    return new TreeFilter(List.copyOf(wanted), List.copyOf(unwanted));
  }

  /** Whether a path is wanted, given that the directory it is in is. */
  boolean wants(BytePath path, boolean isDirectory) {
    if (path.isEmpty() || (includes.isEmpty() && excludes.isEmpty())) {
      return true;
    }
    List<byte[]> names = new ArrayList<>();
    for (BytePath name : path.components()) {
      names.add(name.bytes());
    }
    return !isExcluded(names, isDirectory) && isIncluded(names, isDirectory);
  }

  private boolean isExcluded(List<byte[]> names, boolean isDirectory) {
    for (int i = excludes.size() - 1; i >= 0; i--) {
      if (excludes.get(i).pattern.matches(names, isDirectory)) {
        return !excludes.get(i).bringsBack;
      }
    }
    return false;
  }

  private boolean isIncluded(List<byte[]> names, boolean isDirectory) {
    if (includes.isEmpty()) {
      return true;
    }
    for (int length = 1; length <= names.size(); length++) {
      List<byte[]> ancestor = names.subList(0, length);
      boolean directory = isDirectory || length < names.size();
      for (PathPattern include : includes) {
        if (include.matches(ancestor, directory)) {
          return true;
        }
      }
    }
    return isDirectory && includes.stream().anyMatch(include -> include.couldMatchBelow(names));
  }
}
