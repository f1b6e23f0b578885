package io.holdfast.repository;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What makes a backup exist; docs/repository-format.md section 12.1.
 *
 * @param sequence orders backups
 * @param version of the product that wrote it
 * @param timestamp start by the client's clock, completed the end
 * @param storageTime by the storage's clock, at the last lease before the end
 * @param client name of the host that wrote it
 * @param bases backups that it was compared with
 * @param size bytes protected
 * @param storedBytes bytes that it added to the repository
 * @param checksum over all content
 * @param encryptionKeyId epoch whose key seals what was added
 * @param anchor what it stands for, where it has a database
 * @param warnings of damage to the repository that was met while it was made
 */
public record BackupRecord(
    BackupName id,
    long sequence,
    BackupType type,
    String version,
    BackupStatus status,
    Instant timestamp,
    Instant completed,
    long durationMillis,
    Instant storageTime,
    String client,
    String policy,
    @Nullable String environment,
    String session,
    String run,
    List<BackupName> bases,
    long size,
    long storedBytes,
    String checksum,
    String encryptionKeyId,
    @Nullable Anchor anchor,
    List<SourceRecord> sources,
    List<String> warnings) {

  public BackupRecord {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(timestamp, "timestamp");
    Objects.requireNonNull(completed, "completed");
    Objects.requireNonNull(policy, "policy");
    bases = List.copyOf(bases);
    sources = List.copyOf(sources);
    warnings = List.copyOf(Objects.requireNonNullElse(warnings, List.of()));
  }

  /** The moment that a backup of a database stands for: where its reading stopped. */
  public record Anchor(String lsn, Instant time) {}
}
