package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.PosixException;

/** Removes what is under a name, whatever it is, without following links. */
final class RemoveTree {
  private RemoveTree() {}

  /**
   * Removes what has this name.
   *
   * @return how many files and directories there were
   */
  static long at(DirectoryHandle directory, BytePath name) throws PosixException {
    if (!directory.status(name).isDirectory()) {
      directory.remove(name);
      return 1;
    }
    long count = 1;
    try (DirectoryHandle below = directory.openDirectory(name)) {
      for (BytePath child : SortedNames.of(below)) {
        count += at(below, child);
      }
    }
    directory.removeDirectory(name);
    return count;
  }

  /** Removes a file or a link; absent is fine. */
  static void fileIfPresent(DirectoryHandle directory, BytePath name) throws PosixException {
    try {
      directory.remove(name);
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw e;
      }
    }
  }
}
