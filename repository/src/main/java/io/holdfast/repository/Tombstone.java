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

  static Tombstone read(JsonMembers in) throws MalformedJsonException {
    return new Tombstone(
        in.text("session"), in.text("reason"), in.text("fencedBy"), in.instant("clientTime"));
  }

  void writeTo(JsonWriter out) {
    out.text("session", session)
        .text("reason", reason)
        .text("fencedBy", fencedBy)
        .instant("clientTime", clientTime);
  }
}
