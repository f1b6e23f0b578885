package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a manifest that belong to some paths: what is at them, what is below, and the
 * directories above. In path order; only the wanted parts of the manifest are read. Of one thread.
 */
final class SelectedEntries implements Iterator<Entry> {
  private final Manifest manifest;
  private final Iterator<BytePath> remaining;
  private Iterator<Entry> ancestors = List.<Entry>of().iterator();
  private Manifest.@Nullable Cursor cursor;
  private BytePath selected = BytePath.EMPTY;
  private BytePath before = BytePath.EMPTY;
  private boolean rootGiven;

  /**
   * @param paths none for everything
   * @throws PathNotInBackupException before anything is returned, if one is not there
   */
  SelectedEntries(Manifest manifest, List<BytePath> paths) {
    this.manifest = manifest;
    TreeSet<BytePath> distinct = new TreeSet<>(paths);
    for (BytePath path : distinct) {
      if (!path.isBeneath() || manifest.find(path).isEmpty()) {
        throw new PathNotInBackupException(path);
      }
    }
    if (distinct.isEmpty()) {
      distinct.add(BytePath.EMPTY);
    }
    this.remaining = withoutNested(distinct).iterator();
  }

  private static List<BytePath> withoutNested(Iterable<BytePath> sorted) {
    List<BytePath> outermost = new ArrayList<>();
    for (BytePath path : sorted) {
      if (outermost.isEmpty() || !path.startsWith(outermost.getLast())) {
        outermost.add(path);
      }
    }
    return outermost;
  }

  @Override
  public boolean hasNext() {
    while (!ancestors.hasNext() && !isInside()) {
      if (!remaining.hasNext()) {
        return false;
      }
      select(remaining.next());
    }
    return true;
  }

  private boolean isInside() {
    Entry entry = cursor == null ? null : cursor.peek();
    return entry != null && entry.path().startsWith(selected);
  }

  private void select(BytePath path) {
    List<Entry> above = new ArrayList<>();
    for (BytePath up = path.parent(); up != null; up = up.parent()) {
      boolean given = up.isEmpty() ? rootGiven : before.startsWith(up);
      if (given) {
        break;
      }
      BytePath missing = up;
      above.addFirst(
          manifest
              .find(up)
              .orElseThrow(() -> new UnsafeEntryException(missing, "is missing above another")));
    }
    ancestors = above.iterator();
    rootGiven = true;
    before = path;
    selected = path;
    cursor = manifest.cursor(path);
  }

  @Override
  public Entry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Manifest.Cursor inside = cursor;
    return ancestors.hasNext() || inside == null ? ancestors.next() : inside.next();
  }
}
