package io.holdfast.repository;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One finished attempt to make a backup; docs/repository-format.md section 12.2.
 *
 * @param backup the backup that it made, or would have made
 * @param error what it failed with, null when it completed
 */
public record RunRecord(
    String id,
    BackupName backup,
    BackupType type,
    String version,
    BackupStatus status,
    Instant timestamp,
    Instant completed,
    long durationMillis,
    String client,
    String policy,
    @Nullable String environment,
    String session,
    long storedBytes,
    @Nullable String error) {

  public RunRecord {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(timestamp, "timestamp");
  }
}
