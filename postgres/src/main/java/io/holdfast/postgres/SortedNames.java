package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import io.holdfast.posix.PosixException;
import java.util.ArrayList;
import java.util.List;

/** The names of one directory of a cluster, in the order of a manifest. */
final class SortedNames {
  private SortedNames() {}

  static List<BytePath> of(DirectoryHandle directory) throws PosixException {
    List<BytePath> names = new ArrayList<>();
    try (DirectoryReader reader = directory.read()) {
      for (BytePath name = reader.next(); name != null; name = reader.next()) {
        names.add(name);
      }
    }
    names.sort(null);
    return names;
  }
}
