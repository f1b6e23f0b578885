package io.holdfast.repository;

/** What kind of recovery point a backup is. All are complete; none needs another to be restored. */
public enum BackupType {
  /** Trusts nothing and reads everything. */
  FULL,
  /** Skips files that the file system says are unchanged; compares pages. */
  INCREMENTAL,
  /** Write-ahead log. */
  TRANSACTION;

  /** The name in records, object names and on the command line. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
