package io.holdfast.repository;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The lease of a running writer; docs/repository-format.md section 12.3.
 *
 * @param number of this lease, from 0
 * @param backup the backup that it will make
 * @param leaseSeconds how long it counts as alive after this object's time by the storage's clock
 */
record SessionRecord(
    String session,
    long number,
    BackupName backup,
    List<BackupName> bases,
    long leaseSeconds,
    String policy,
    String client,
    Instant clientTime) {

  SessionRecord {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(clientTime, "clientTime");
    bases = List.copyOf(bases);
  }
}
