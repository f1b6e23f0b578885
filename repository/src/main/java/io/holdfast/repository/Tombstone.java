package io.holdfast.repository;

import java.time.Instant;
import java.util.Objects;

/**
 * Stands where a backup's record would, so that it never will; docs/repository-format.md section
 * 12.4.
 */
record Tombstone(String session, String reason, String fencedBy, Instant clientTime) {
  Tombstone {
    Objects.requireNonNull(session, "session");
  }
}
