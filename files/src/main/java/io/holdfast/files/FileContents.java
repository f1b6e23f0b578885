package io.holdfast.files;

import io.holdfast.posix.FileHandle;
import io.holdfast.posix.FileStatus;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Content;
import io.holdfast.repository.ContentBuilder;
import java.io.IOException;

/** Writes the content of files into a backup, holes as holes. */
final class FileContents {
  private final BackupSession session;
  private final TreeProgress progress;

  FileContents(BackupSession session, TreeProgress progress) {
    this.session = session;
    this.progress = progress;
  }

  /**
   * Writes as many bytes as the file had when it was looked at. If it is shorter by now, the
   * content is too.
   *
   * @throws PosixException if the file could not be read; nothing else is lost by that
   */
  Content write(FileHandle file, FileStatus status) throws IOException {
    file.willReadInOrder();
    if (status.allocated() < status.size()) {
      return writeSparse(file, status.size());
    }
    FileSource source = new FileSource(file, 0, status.size(), progress);
    try {
      return session.write(source);
    } catch (IOException | RuntimeException e) {
      throw unwrapped(source, e);
    }
  }

  private Content writeSparse(FileHandle file, long size) throws IOException {
    try (ContentBuilder content = session.content()) {
      long at = 0;
      while (at < size) {
        long data = Math.min(file.nextData(at).orElse(size), size);
        if (data > at) {
          content.hole(data - at);
          progress.bytes(data - at);
        }
        long end = data == size ? size : Math.min(file.nextHole(data).orElse(data), size);
        if (data < size && !writeRange(content, file, data, end)) {
          break; // it has become shorter
        }
        at = end;
      }
      return content.finish();
    }
  }

  private boolean writeRange(ContentBuilder content, FileHandle file, long from, long to)
      throws IOException {
    FileSource source = new FileSource(file, from, to - from, progress);
    try {
      return to > from && content.data(source, to - from) == to - from;
    } catch (IOException | RuntimeException e) {
      throw unwrapped(source, e);
    }
  }

  /** The file's own failure where that was the reason, else the failure of the backup. */
  private static IOException unwrapped(FileSource source, Exception e) throws IOException {
    PosixException failure = source.failure();
    if (failure != null) {
      throw failure;
    }
    if (e instanceof RuntimeException runtime) {
      throw runtime;
    }
    throw (IOException) e;
  }
}
