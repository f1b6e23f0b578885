package io.holdfast.files;

import io.holdfast.posix.PosixException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all parts of one restore share. Thread-safe.
 *
 * @param sinks files under way; the reader of contents bounds their number
 */
record RestoreSite(
    RestoreTarget target,
    DirectoryCache directories,
    MetadataWriter metadata,
    WarningLog warnings,
    RestoreTally tally,
    Set<FileSink> sinks) {

  RestoreSite(
      RestoreTarget target,
      DirectoryCache directories,
      MetadataWriter metadata,
      WarningLog warnings,
      RestoreTally tally) {
    this(target, directories, metadata, warnings, tally, ConcurrentHashMap.newKeySet());
  }

  void sinkStarted(FileSink sink) {
    sinks.add(sink);
  }

  void sinkCompleted(FileSink sink) {
    sinks.remove(sink);
  }

  void abandonSinks() throws PosixException {
    for (FileSink sink : sinks) {
      sink.abandon();
    }
  }
}
