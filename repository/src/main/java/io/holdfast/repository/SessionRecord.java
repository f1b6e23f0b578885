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
    run = Objects.requireNonNullElse(run, session);
    if (!RandomId.isValid(run)) {
      throw new IllegalArgumentException("not the id of a run: " + run);
    }
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(clientTime, "clientTime");
    bases = List.copyOf(bases);
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
