package io.holdfast.repository;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The lease of a running writer; docs/repository-format.md section 12.3.
 *
 * @param run id of the attempt, as in {@code runs/}; where there is none, that of the session
 * @param number of this lease, from 0
 * @param backup the backup that it will make
 * @param leaseSeconds as stored; use {@link #lease}
 * @param clientTime of this lease
 */
record SessionRecord(
    String session,
    String run,
    long number,
    BackupName backup,
    List<BackupName> bases,
    long leaseSeconds,
    String policy,
    String client,
    Instant clientTime) {
  /** What a lease lasts at most. */
  static final Duration LONGEST_LEASE = Duration.ofDays(1);

  SessionRecord {
    if (!RandomId.isValid(run)) {
      throw new IllegalArgumentException("not the id of a run: " + run);
    }
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(clientTime, "clientTime");
    bases = List.copyOf(bases);
  }

  static SessionRecord read(JsonMembers in) throws MalformedJsonException {
    return new SessionRecord(
        in.text("session"),
        in.text(in.has("run") ? "run" : "session"),
        in.number("number"),
        in.value("backup", BackupName::new),
        in.values("bases", BackupName::new),
        in.number("leaseSeconds"),
        in.text("policy"),
        in.text("client"),
        in.instant("clientTime"));
  }

  void writeTo(JsonWriter out) {
    out.text("session", session)
        .text("run", run)
        .number("number", number)
        .text("backup", backup.value())
        .texts("bases", bases)
        .number("leaseSeconds", leaseSeconds)
        .text("policy", policy)
        .text("client", client)
        .instant("clientTime", clientTime);
  }

  /** When the session started, to the second: the name of the backup keeps that. */
  Instant started() {
    try {
      return backup.time();
    } catch (DateTimeException _) {
      return clientTime;
    }
  }

  /**
   * How long it counts as alive after this object's time by the storage's clock. A length that no
   * writer may ask for counts as the longest.
   */
  Duration lease() {
    return leaseSeconds >= 1 && leaseSeconds <= LONGEST_LEASE.toSeconds()
        ? Duration.ofSeconds(leaseSeconds)
        : LONGEST_LEASE;
  }
}
