package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.PosixException;
import io.holdfast.storage.FailureCategory;
import java.util.ArrayList;
import java.util.List;

/**
 * The directories that the sources of a restore go to: each can be written, and none is within one
 * of another source. Writes nothing.
 */
final class RestorePlaces {
  private record Place(String source, BytePath directory) {}

  private final BytePath target;
  private final List<Place> places = new ArrayList<>();

  /**
   * @param target is made, if it is absent, before any of the places
   */
  RestorePlaces(BytePath target) {
    this.target = target;
  }

  /**
   * Adds the places of a source.
   *
   * @throws RestoreException when one cannot be written, or overlaps one of another source
   */
  void add(String source, List<BytePath> directories) {
    for (BytePath directory : directories) {
      for (Place other : places) {
        if (!other.source.equals(source) && overlap(directory, other.directory)) {
          throw new RestoreException(
              FailureCategory.CONFLICT,
              source
                  + " would go to "
                  + directory
                  + ", and "
                  + other.source
                  + " to "
                  + other.directory,
              "give each a directory of its own: restore one at a time with --source, or move"
                  + " tablespaces with --tablespace");
        }
      }
      requireWritable(directory);
      places.add(new Place(source, directory));
    }
  }

  private static boolean overlap(BytePath one, BytePath other) {
    return one.startsWith(other) || other.startsWith(one);
  }

  private void requireWritable(BytePath directory) {
    BytePath above = above(directory);
    boolean possible =
        isWritable(directory)
            || isWritable(above)
            || (above.equals(target) && isWritable(above(target)));
    if (!possible) {
      BytePath missing = above.equals(target) ? above(target) : above;
      throw new RestoreException(
          FailureCategory.NOT_FOUND,
          "there is no directory " + missing,
          "make it, or choose another one");
    }
  }

  private static BytePath above(BytePath directory) {
    BytePath parent = directory.parent();
    return parent == null ? directory : parent;
  }

  /**
   * Whether a directory is there.
   *
   * @throws RestoreException when it is, and cannot be written, or is something else
   */
  private static boolean isWritable(BytePath path) {
    try (DirectoryHandle directory = DirectoryHandle.open(path)) {
      directory.requireWritable();
      return true;
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw failed(path, e);
    }
  }

  private static RestoreException failed(BytePath path, PosixException e) {
    if (e.errno() == Errno.ENOTDIR) {
      return new RestoreException(
          FailureCategory.CONFLICT, path + " is not a directory", "choose another one");
    }
    return new RestoreException(
        e.isDenied() || e.errno() == Errno.EROFS
            ? FailureCategory.ACCESS
            : e.isFull() ? FailureCategory.FULL : FailureCategory.UNAVAILABLE,
        "cannot write to " + path + ": " + e.reason(),
        e.isDenied() ? "run as a user who may, or choose another directory" : "");
  }
}
