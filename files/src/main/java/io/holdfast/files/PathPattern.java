package io.holdfast.files;

import io.holdfast.posix.BytePath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for paths, as in a gitignore file: see {@link TreeFilter}. Compiled from one line,
 * whose leading "!" the filter has taken off.
 */
final class PathPattern {
  /** One component of the pattern; null stands for "**", any number of components. */
  private final List<@Nullable NamePattern> parts;

  private final boolean directoriesOnly;

  private PathPattern(List<@Nullable NamePattern> parts, boolean directoriesOnly) {
    this.parts = parts;
    this.directoriesOnly = directoriesOnly;
  }

  /**
   * @throws IllegalArgumentException if it is empty, or a name in it is malformed
   */
  static PathPattern compile(BytePath line) {
    byte[] bytes = line.bytes();
    int start = bytes.length > 0 && bytes[0] == '/' ? 1 : 0;
    int end = bytes.length;
    boolean directoriesOnly = end > start && bytes[end - 1] == '/';
    if (directoriesOnly) {
      end--;
    }
    if (start >= end) {
      throw new IllegalArgumentException("the pattern '" + line + "' matches nothing");
    }
    BytePath body = BytePath.of(bytes, start, end - start);
    List<@Nullable NamePattern> parts = new ArrayList<>();
    boolean anchored = start > 0 || !BytePath.EMPTY.equals(body.parent());
    if (!anchored) {
      parts.add(null);
    }
    for (BytePath part : body.components()) {
      parts.add(compilePart(line, part));
    }
    return new PathPattern(parts, directoriesOnly);
  }

  private static @Nullable NamePattern compilePart(BytePath line, BytePath part) {
    if (part.equals(BytePath.of("**"))) {
      return null;
    }
    try {
      return NamePattern.compile(part.bytes());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the pattern '" + line + "' " + e.getMessage(), e);
    }
  }

  /** Whether the pattern means this very path. "**" at the end wants at least one name. */
  boolean matches(List<byte[]> path, boolean isDirectory) {
    return (isDirectory || !directoriesOnly) && walk(path, false);
  }

  /** Whether something below this directory could match. */
  boolean couldMatchBelow(List<byte[]> directory) {
    return walk(directory, true);
  }

  /** Goes back only to the last "**", as matching a name does to the last star. */
  private boolean walk(List<byte[]> path, boolean asPrefix) {
    int part = 0;
    int at = 0;
    int starPart = -1;
    int starAt = 0;
    while (at < path.size()) {
      NamePattern pattern = part < parts.size() ? parts.get(part) : null;
      if (pattern != null && pattern.matches(path.get(at))) {
        part++;
        at++;
      } else if (pattern == null && part < parts.size()) {
        if (asPrefix) {
          return true;
        }
        starPart = part++;
        starAt = at;
      } else if (starPart >= 0) {
        part = starPart + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    return asPrefix ? part < parts.size() : part == parts.size();
  }
}
