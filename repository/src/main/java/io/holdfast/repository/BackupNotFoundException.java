package io.holdfast.repository;

import io.holdfast.storage.FailureCategory;

/** No backup, or not exactly one, is what was asked for. */
public final class BackupNotFoundException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  public BackupNotFoundException(FailureCategory category, String message) {
    super(category, message, "'holdfast backups' lists them.");
  }
}
