package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.DirectoryReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The names of one directory in order of their bytes. */
final class SortedDirectory implements AutoCloseable {
  private final ExternalSort sort;
  private final Iterator<byte[]> names;

  private SortedDirectory(ExternalSort sort, Iterator<byte[]> names) {
    this.sort = sort;
    this.names = names;
  }

  /** Reads all names, at most so many of them into memory. */
  static SortedDirectory read(DirectoryHandle directory, Path spool, int limit) throws IOException {
    ExternalSort sort = new ExternalSort(spool, limit);
    try (DirectoryReader reader = directory.read()) {
      for (BytePath name = reader.next(); name != null; name = reader.next()) {
        sort.add(name.bytes());
      }
      return new SortedDirectory(sort, sort.sorted());
    } catch (IOException | RuntimeException e) {
      sort.close();
      throw e;
    }
  }

  @Nullable BytePath next() throws IOException {
    try {
      return names.hasNext() ? BytePath.of(names.next()) : null;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  int inMemory() {
    return sort.inMemory();
  }

  @Override
  public void close() throws IOException {
    sort.close();
  }
}
