package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.WalLog;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Which log a backup of a cluster needs for recovery to a later point, and from where on. */
public record BackupInLog(WalLog log, BasePoint base) {

  /** Of each cluster in a backup whose record says it. */
  public static List<BackupInLog> of(BackupRecord backup) {
    List<BackupInLog> all = new ArrayList<>();
    for (SourceRecord source : backup.sources()) {
      if (source.type() == SourceType.DATABASE) {
        of(backup, source).ifPresent(all::add);
      }
    }
    return all;
  }

  private static Optional<BackupInLog> of(BackupRecord backup, SourceRecord source) {
    RecordedDetails details = new RecordedDetails(source.details());
    try {
      WalLog log =
          new WalLog(
              source.name(),
              SystemIdentifier.parse(details.text("systemIdentifier").orElseThrow()).value(),
              number(details, "major"),
              number(details, "walSegmentSize"),
              number(details, "walPageSize"));
      BasePoint base =
          new BasePoint(
              backup.id().value(),
              new Timeline(number(details, "timeline")),
              Lsn.parse(details.text("stop").orElseThrow()),
              Instant.parse(details.text("stopTime").orElseThrow()));
      return Optional.of(new BackupInLog(log, base));
    } catch (IllegalArgumentException
        | DateTimeException
        | ArithmeticException
        | NoSuchElementException e) {
      return Optional.empty(); // what does not say where it stops is no base of a recovery
    }
  }

  private static int number(RecordedDetails details, String name) {
    return Math.toIntExact(details.number(name).orElseThrow());
  }
}
