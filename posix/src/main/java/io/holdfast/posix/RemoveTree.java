package io.holdfast.posix;

import java.util.ArrayList;
import java.util.List;

/**
 * Removes what is under a name, whatever it is, without following links. What somebody else removes
 * meanwhile is removed as well.
 */
public final class RemoveTree {
  private RemoveTree() {}

  /**
   * Removes what has this name; absent is fine.
   *
   * @return how many files and directories there were
   */
  public static long at(DirectoryHandle directory, BytePath name) throws PosixException {
    try {
      if (!directory.status(name).isDirectory()) {
        directory.remove(name);
        return 1;
      }
      long count = 1;
      try (DirectoryHandle below = directory.openDirectory(name)) {
        for (BytePath child : names(below)) {
          count += at(below, child);
        }
      }
      directory.removeDirectory(name);
      return count;
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return 0;
      }
      throw e;
    }
  }

  /**
   * Removes what is at a path; absent is fine.
   *
   * @return how many files and directories there were
   */
  public static long at(BytePath path) throws PosixException {
    BytePath parent = path.parent();
    try (DirectoryHandle directory =
        DirectoryHandle.open(parent == null ? BytePath.EMPTY : parent)) {
      return at(directory, path.name());
    } catch (PosixException e) {
      if (e.errno() == Errno.ENOENT) {
        return 0;
      }
      throw e;
    }
  }

  /** Removes a file or a link; absent is fine. */
  public static void fileIfPresent(DirectoryHandle directory, BytePath name) throws PosixException {
    try {
      directory.remove(name);
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw e;
      }
    }
  }

  private static List<BytePath> names(DirectoryHandle directory) throws PosixException {
    List<BytePath> names = new ArrayList<>();
    try (DirectoryReader reader = directory.read()) {
      for (BytePath name = reader.next(); name != null; name = reader.next()) {
        names.add(name);
      }
    }
    return names;
  }
}
