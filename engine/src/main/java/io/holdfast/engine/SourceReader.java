package io.holdfast.engine;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Reads one source into a backup. */
interface SourceReader {
  /**
   * What an earlier backup holds of the same source.
   *
   * @param record its record
   * @param manifest its entries
   */
  record Previous(SourceRecord record, Manifest manifest) {}

  /**
   * What came of it.
   *
   * @param anchor the moment that the source stands for, if it is a database
   */
  record Outcome(SourceRecord record, BackupRecord.@Nullable Anchor anchor) {}

  /** The source's name in the configuration. */
  String name();

  /**
   * Reads the source. Interruptible.
   *
   * @param previous to compare with, or null
   * @param trustUnchanged whether what looks unchanged need not be read: an incremental backup
   */
  Outcome read(BackupSession session, @Nullable Previous previous, boolean trustUnchanged);
}
