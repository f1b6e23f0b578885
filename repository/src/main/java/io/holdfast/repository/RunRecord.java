package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
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

  static final String PREFIX = "runs/";

  public RunRecord {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(timestamp, "timestamp");
  }

  static RunRecord read(JsonMembers in) throws MalformedJsonException {
    return new RunRecord(
        in.text("id"),
        in.value("backup", BackupName::new),
        in.oneOf("type", BackupType.values()),
        in.text("version"),
        in.oneOf("status", BackupStatus.values()),
        in.instant("timestamp"),
        in.instant("completed"),
        in.number("durationMillis"),
        in.text("client"),
        in.text("policy"),
        in.optionalText("environment"),
        in.text("session"),
        in.number("storedBytes"),
        in.optionalText("error"));
  }

  void writeTo(JsonWriter out) {
    out.text("id", id)
        .text("backup", backup.value())
        .text("type", type.label())
        .text("version", version)
        .text("status", status.label())
        .instant("timestamp", timestamp)
        .instant("completed", completed)
        .number("durationMillis", durationMillis)
        .text("client", client)
        .text("policy", policy)
        .text("environment", environment)
        .text("session", session)
        .number("storedBytes", storedBytes)
        .text("error", error);
  }

  /** The run of the attempt that made this backup. */
  static RunRecord of(BackupRecord backup) {
    if (!RandomId.isValid(backup.run())) {
      throw new CorruptObjectException(
          backup.id().object().value(), "not the id of a run: " + backup.run());
    }
    return new RunRecord(
        backup.run(),
        backup.id(),
        backup.type(),
        backup.version(),
        BackupStatus.COMPLETED,
        backup.timestamp(),
        backup.completed(),
        backup.durationMillis(),
        backup.client(),
        backup.policy(),
        backup.environment(),
        backup.session(),
        backup.storedBytes(),
        null);
  }

  /** Where it is stored: an attempt has one, whoever puts it. */
  ObjectName object() {
    return ObjectName.of(PREFIX + id);
  }

  /** The time between, not negative; the instants may be any that storage has. */
  static long millis(Instant from, Instant to) {
    Duration time = Duration.between(from, to);
    return time.isNegative() ? 0 : TimeUnit.MILLISECONDS.convert(time);
  }
}
