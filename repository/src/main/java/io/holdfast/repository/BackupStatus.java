package io.holdfast.repository;

/** How far a backup is. */
public enum BackupStatus {
  PENDING,
  RUNNING,
  COMPLETED,
  FAILED;

  /** The name in records and on the command line. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
