package io.holdfast.repository;

/** What a source is. */
public enum SourceType {
  DATABASE,
  FILES,
  CONFIG,
  LOGS;

  /** The name in records and on the command line. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
