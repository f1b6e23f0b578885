package io.holdfast.repository;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a backup is to be.
 *
 * @param bases backups that it compares with; they are kept at least until it is done
 */
public record BackupPlan(
    BackupType type, String policy, @Nullable String environment, List<BackupName> bases) {
  public BackupPlan {
    bases = List.copyOf(bases);
  }
}
