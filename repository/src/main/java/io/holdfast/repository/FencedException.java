package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;

/** This writer was declared dead by another: its backup will never exist. */
public final class FencedException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  public FencedException(BackupName backup, String by) {
    super(
        FailureCategory.CONFLICT,
        "backup " + backup + " was given up: its lease ran out and " + by + " fenced it",
        "Run the backup again; what was written is used by the next one.");
  }
}
