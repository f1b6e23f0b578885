package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.Errno;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.SourceRecord;
import io.holdfast.storage.FailureCategory;
import java.util.List;

/** Where the sources of a restore go, and whether they may. */
final class RestoreTargets {

  private final RunRestore.Request request;
  private final boolean direct;

  RestoreTargets(RunRestore.Request request) {
    this.request = request;
    this.direct = request.sources().size() == 1;
  }

  BytePath of(SourceRecord source) {
    return direct ? request.target() : request.target().resolve(source.name());
  }

  /**
   * @throws RestoreException when the target of this source holds something and must not be
   *     overwritten
   */
  void requireUsable(SourceRecord source) {
    if (!request.overwrite() && holdsSomething(of(source))) {
      throw new RestoreException(
          FailureCategory.CONFLICT,
          of(source) + " is not empty",
          "choose another directory, or allow it with --overwrite");
    }
  }

  private static boolean holdsSomething(BytePath directory) {
    try (DirectoryHandle handle = DirectoryHandle.open(directory);
        DirectoryReader names = handle.read()) {
      return names.next() != null;
    } catch (PosixException e) {
      if (e.isAbsent()) {
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
