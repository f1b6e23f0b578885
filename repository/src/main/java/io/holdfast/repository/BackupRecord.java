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
    warnings = List.copyOf(warnings);
  }

  static BackupRecord read(JsonMembers in) throws MalformedJsonException {
    return new BackupRecord(
        in.value("id", BackupName::new),
        in.number("sequence"),
        in.oneOf("type", BackupType.values()),
        in.text("version"),
        in.oneOf("status", BackupStatus.values()),
        in.instant("timestamp"),
        in.instant("completed"),
        in.number("durationMillis"),
        in.instant("storageTime"),
        in.text("client"),
        in.text("policy"),
        in.optionalText("environment"),
        in.text("session"),
        in.text("run"),
        in.values("bases", BackupName::new),
        in.number("size"),
        in.number("storedBytes"),
        in.text("checksum"),
        in.text("encryptionKeyId"),
        in.has("anchor") ? in.object("anchor", Anchor::read) : null,
        in.objects("sources", SourceRecord::read),
        in.has("warnings") ? in.texts("warnings") : List.of());
  }

  void writeTo(JsonWriter out) {
    out.text("id", id.value())
        .number("sequence", sequence)
        .text("type", type.label())
        .text("version", version)
        .text("status", status.label())
        .instant("timestamp", timestamp)
        .instant("completed", completed)
        .number("durationMillis", durationMillis)
        .instant("storageTime", storageTime)
        .text("client", client)
        .text("policy", policy)
        .text("environment", environment)
        .text("session", session)
        .text("run", run)
        .texts("bases", bases)
        .number("size", size)
        .number("storedBytes", storedBytes)
        .text("checksum", checksum)
        .text("encryptionKeyId", encryptionKeyId)
        .object("anchor", anchor == null ? null : anchor::writeTo)
        .objects("sources", sources, SourceRecord::writeTo)
        .texts("warnings", warnings);
  }

  /** The moment that a backup of a database stands for: where its reading stopped. */
  public record Anchor(String lsn, Instant time) {
    static Anchor read(JsonMembers in) throws MalformedJsonException {
      return new Anchor(in.text("lsn"), in.instant("time"));
    }

    void writeTo(JsonWriter out) {
      out.text("lsn", lsn).instant("time", time);
    }
  }
}
