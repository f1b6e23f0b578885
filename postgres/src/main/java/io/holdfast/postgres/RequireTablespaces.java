package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import java.util.List;
import java.util.Set;

/**
 * Fails where a tablespace of the cluster is missing from what was read. One that cannot be seen
 * (its disk is not mounted where this process runs, say) looks like one that was dropped; only the
 * server's catalog tells them apart.
 */
final class RequireTablespaces {
  private RequireTablespaces() {}

  /**
   * Looks at those that were there from start to stop, and at those within the data directory,
   * which recovery does not make again.
   *
   * @param atStart numbers of those that the server knew when the backup started
   * @param now those that it knows now
   * @param found paths in the backup of those whose directory was read
   */
  static void found(Set<Long> atStart, List<Tablespace> now, Set<BytePath> found) {
    for (Tablespace tablespace : now) {
      if ((atStart.contains(tablespace.oid()) || tablespace.isInPlace())
          && !found.contains(tablespace.path())) {
        throw missing(tablespace);
      }
    }
  }

  static ClusterReadException missing(Tablespace tablespace) {
    return new ClusterReadException(
        FailureCategory.CONFIGURATION,
        tablespace.describe() + ", which the cluster has, was not there to be read",
        "Make it visible where Holdfast runs (a mount, a volume of the container), or read over a"
            + " stream; then back up again.",
        null);
  }

  /** Fails if one lies where a stream does not bring it from. */
  static void streamable(List<Tablespace> tablespaces) {
    for (Tablespace tablespace : tablespaces) {
      if (tablespace.isInPlace()) {
        throw inPlace(tablespace);
      }
    }
  }

  private static ClusterReadException inPlace(Tablespace tablespace) {
    return new ClusterReadException(
        FailureCategory.UNSUPPORTED,
        tablespace.describe()
            + " lies within the data directory (allow_in_place_tablespaces), which a stream does"
            + " not bring whole",
        "Read the data directory directly, or move the tablespace out of it.",
        null);
  }
}
