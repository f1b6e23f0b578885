package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.UnusableObjectException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the contents that relation files had in the previous backup. Quick when asked in path
 * order; any order works. Where the previous backup cannot be read, contents are taken for new;
 * that is told once. Thread-safe.
 */
final class PreviousContents {
  /** Entries that are passed over before it is cheaper to search anew. */
  private static final int MAX_STEPS = 1000;

  private final Consumer<String> warnings;
  private @Nullable Manifest manifest;
  private final int pageSize;
  private Manifest.@Nullable Cursor cursor;
  private BytePath last = BytePath.EMPTY;

  /**
   * @param manifest null if there is no previous backup
   * @param pageSize contents of other pages are of no use
   * @param warnings told when the previous backup cannot be read
   */
  PreviousContents(@Nullable Manifest manifest, int pageSize, Consumer<String> warnings) {
    this.warnings = warnings;
    this.manifest = manifest;
    this.pageSize = pageSize;
  }

  /** The content of a relation file, or null if it was not there. */
  synchronized @Nullable Content of(BytePath path) {
    Manifest known = manifest;
    if (known == null) {
      return null;
    }
    try {
      return find(known, path);
    } catch (UnusableObjectException e) {
      warnings.accept(
          "the files of the previous backup are compared up to "
              + path
              + " only, and stored again from there: "
              + e.getMessage());
      manifest = null;
      return null;
    }
  }

  private @Nullable Content find(Manifest known, BytePath path) {
    Manifest.Cursor at = cursor;
    if (at == null || path.compareTo(last) < 0 || !advance(at, path)) {
      at = known.cursor(path);
      cursor = at;
    }
    last = path;
    Entry entry = at.peek();
    Content content = entry != null && entry.path().equals(path) ? entry.content() : null;
    return content != null && content.isPages() && content.pageSize() == pageSize ? content : null;
  }

  private static boolean advance(Manifest.Cursor cursor, BytePath path) {
    for (int step = 0; step < MAX_STEPS; step++) {
      Entry entry = cursor.peek();
      if (entry == null || entry.path().compareTo(path) >= 0) {
        return true;
      }
      cursor.next();
    }
    return false;
  }
}
