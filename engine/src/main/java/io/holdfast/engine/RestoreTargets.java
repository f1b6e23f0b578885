package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.Errno;
import io.holdfast.posix.PosixException;
import io.holdfast.postgres.ClusterRestore;
import io.holdfast.repository.SourceRecord;
import io.holdfast.storage.FailureCategory;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where the sources of a restore go, and whether they may. A restore that was broken off may be
 * repeated: a single source is marked as unfinished by whoever writes it, and of several {@link
 * UnfinishedRestore} tells which were begun.
 */
final class RestoreTargets {
  /** What a new file system holds. */
  private static final BytePath LOST_AND_FOUND = BytePath.of("lost+found");

  private final RunRestore.Request request;
  private final boolean direct;
  private UnfinishedRestore begun;

  /** The sources that an earlier attempt at this restore had begun to write. */
  private final Set<String> begunBefore;

  /**
   * @throws RestoreException when the target holds the unfinished restore of another backup
   */
  RestoreTargets(RunRestore.Request request, String repository, String backup) {
    this.request = request;
    this.direct = request.sources().size() == 1;
    this.begun = new UnfinishedRestore(repository, backup, List.of());
    if (!direct) {
      UnfinishedRestore.in(request.target()).ifPresent(this::goOnWith);
    }
    this.begunBefore = Set.copyOf(begun.sources());
  }

  private void goOnWith(UnfinishedRestore found) {
    if (found.isOf(begun.repository(), begun.backup())) {
      begun = found;
    } else if (!request.overwrite()) {
      throw new RestoreException(
          FailureCategory.CONFLICT,
          request.target() + " holds the unfinished restore of backup " + found.backup(),
          "finish that one, choose another directory, or allow it with --overwrite");
    }
  }

  /** Where the sources are going to be, to be filled. */
  RestorePlaces places() {
    return new RestorePlaces(request.target());
  }

  /** Notes that a source is going to be written. */
  void begin(SourceRecord source) {
    if (!direct) {
      begun = begun.with(source.name());
      begun.writeTo(request.target());
    }
  }

  /** Notes that all are complete. */
  void finish() {
    if (!direct) {
      UnfinishedRestore.removeFrom(request.target());
    }
  }

  /** Whether what is in the target of a source may be replaced. */
  boolean mayReplace(SourceRecord source) {
    return request.overwrite() || begunBefore.contains(source.name());
  }

  BytePath of(SourceRecord source) {
    return direct ? request.target() : request.target().resolve(source.name());
  }

  /**
   * @param unfinished whether a directory was marked by a restore that was broken off
   * @throws RestoreException when the target of this source holds something and must not be
   *     overwritten
   */
  void requireUsable(SourceRecord source, Predicate<BytePath> unfinished) {
    BytePath target = of(source);
    if (!mayReplace(source) && holdsSomething(target) && !unfinished.test(target)) {
      throw new RestoreException(
          FailureCategory.CONFLICT,
          target + " is not empty",
          "choose another directory, or allow it with --overwrite");
    }
  }

  /**
   * Refuses early what {@link #requireUsable} will refuse: a database is not to be searched for
   * long before that.
   */
  static void requireUsable(BytePath target) {
    if (holdsSomething(target) && !ClusterRestore.isUnfinished(target)) {
      throw new RestoreException(
          FailureCategory.CONFLICT,
          target + " is not empty",
          "choose another directory, or allow it with --overwrite");
    }
  }

  private static boolean holdsSomething(BytePath directory) {
    try (DirectoryHandle handle = DirectoryHandle.open(directory);
        DirectoryReader names = handle.read()) {
      for (BytePath name = names.next(); name != null; name = names.next()) {
        if (!name.equals(LOST_AND_FOUND)) {
          return true;
        }
      }
      return false;
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw new RestoreException(
          e.isDenied() ? FailureCategory.ACCESS : FailureCategory.CONFLICT,
          "cannot look into " + directory + ": " + e.getMessage(),
          "");
    }
  }

  /** Makes the directory that the sources' own directories will be in. */
  void makeParents(List<SourceRecord> sources) {
    if (direct || sources.isEmpty()) {
      return;
    }
    BytePath target = request.target();
    BytePath parent = target.parent();
    try (DirectoryHandle above = DirectoryHandle.open(parent == null ? target : parent)) {
      if (parent != null) {
        above.makeDirectory(target.name(), 0755);
        above.sync();
      }
    } catch (PosixException e) {
      if (e.errno() != Errno.EEXIST) {
        throw new RestoreException(
            e.isDenied() ? FailureCategory.ACCESS : FailureCategory.NOT_FOUND,
            "cannot make the directory " + target + ": " + e.getMessage(),
            "the directory above it has to be there");
      }
    }
  }
}
