package io.holdfast.engine;

import io.holdfast.repository.BackupName;
import java.time.Instant;
import java.util.List;

/**
 * That somebody opens the content of a backup.
 *
 * @param time when, by the client's clock
 * @param who the operating system account and the host
 * @param purpose what for
 * @param repository the repository's id
 * @param backup which backup
 * @param sources names of the sources that are opened
 * @param paths the paths that were asked for; empty: all
 */
public record ContentAccess(
    Instant time,
    String who,
    Purpose purpose,
    String repository,
    BackupName backup,
    List<String> sources,
    List<String> paths) {
  public ContentAccess {
    sources = List.copyOf(sources);
    paths = List.copyOf(paths);
  }

  /** What content is opened for. */
  public enum Purpose {
    /** To compare a source with it while making the next backup. */
    COMPARE,
    /** To list names and metadata. */
    LIST,
    /** To find where in the log of a database something happened. */
    SEARCH,
    /** To bring it back. */
    RESTORE
  }
}
