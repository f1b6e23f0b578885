package io.holdfast.demo;

import io.holdfast.engine.BackupMetadata;
import io.holdfast.engine.RunRestore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What came of the demo.
 *
 * @param directory where it happened; gone unless it was to be kept
 * @param full the full backup
 * @param incremental the incremental backup
 * @param restore what was brought back
 * @param transactions committed while backups were taken
 * @param tables compared row by row
 * @param rows in them
 * @param files compared byte by byte, with all metadata
 * @param settings compared one by one
 * @param differences what is not as it was, the first of them; empty: everything is
 */
public record DemoResult(
    Path directory,
    BackupMetadata full,
    BackupMetadata incremental,
    RunRestore.Result restore,
    long transactions,
    int tables,
    long rows,
    int files,
    int settings,
    List<String> differences,
    Duration duration) {
  public DemoResult {
    differences = List.copyOf(differences);
  }
}
