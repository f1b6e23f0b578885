package io.holdfast.engine;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.BackupStatus;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.RunRecord;
import io.holdfast.repository.RunningBackup;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalPeriod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What there is to know about a backup, about one that is being made, or about an attempt that
 * failed. Of the latter two much is not known: it is empty or 0.
 *
 * @param timestamp when it began, by the clock of the client
 * @param version of the product that made it
 * @param size bytes that it protects
 * @param checksum over all its content, keyed
 * @param encryptionKeyId the epoch whose key sealed what it added; never the key
 * @param duration from beginning to end, or to now
 * @param sequence orders the backups of a repository
 * @param storedBytes what it added to the repository
 * @param anchor the moment that it stands for, where it has a database
 * @param spread how far from the anchor files were read at most
 * @param warnings of damage to the repository that was met while it was made
 * @param warningCount how many warnings there were in all; the sources hold the first of theirs
 * @param error what a failed attempt failed with
 */
public record BackupMetadata(
    String id,
    Instant timestamp,
    BackupType type,
    String version,
    long size,
    String checksum,
    String encryptionKeyId,
    BackupStatus status,
    Duration duration,
    long sequence,
    String policy,
    String client,
    long storedBytes,
    Optional<BackupRecord.Anchor> anchor,
    Optional<Duration> spread,
    List<Source> sources,
    List<String> warnings,
    long warningCount,
    Optional<String> error) {

  /**
   * One source of it.
   *
   * @param entries files, directories and others
   * @param size bytes of its files
   * @param started when reading it began, by the clock of the client; likewise finished
   */
  public record Source(
      String name,
      SourceType type,
      long entries,
      long size,
      Instant started,
      Instant finished,
      Map<String, Long> statistics,
      List<String> warnings,
      long warningCount,
      Map<String, Object> details) {
    static Source of(SourceRecord record) {
      return new Source(
          record.name(),
          record.type(),
          record.manifest().entries(),
          record.manifest().bytes(),
          record.started(),
          record.finished(),
          record.statistics(),
          record.warnings(),
          record.warningCount(),
          record.details());
    }
  }

  static BackupMetadata of(BackupRecord record) {
    return of(record, record.warnings());
  }

  /**
   * As above.
   *
   * @param warnings those of the record, and what came after it was written
   */
  static BackupMetadata of(BackupRecord record, List<String> warnings) {
    return new BackupMetadata(
        record.id().value(),
        record.timestamp(),
        record.type(),
        record.version(),
        record.size(),
        record.checksum(),
        record.encryptionKeyId(),
        record.status(),
        Duration.ofMillis(record.durationMillis()),
        record.sequence(),
        record.policy(),
        record.client(),
        record.storedBytes(),
        Optional.ofNullable(record.anchor()),
        AnchorSpread.of(record.anchor(), record.sources()),
        record.sources().stream().map(Source::of).toList(),
        warnings,
        warnings.size() + record.sources().stream().mapToLong(SourceRecord::warningCount).sum(),
        Optional.empty());
  }

  static BackupMetadata of(RunRecord run) {
    return new BackupMetadata(
        run.backup().value(),
        run.timestamp(),
        run.type(),
        run.version(),
        0,
        "",
        "",
        run.status(),
        Duration.ofMillis(run.durationMillis()),
        0,
        run.policy(),
        run.client(),
        run.storedBytes(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        0,
        Optional.ofNullable(run.error()));
  }

  /**
   * A transaction backup. It belongs to no policy, and has no check sum besides those of its
   * pieces.
   */
  static BackupMetadata of(WalArchive archive, WalPeriod period) {
    WalLog log = archive.log();
    Instant from = Objects.requireNonNullElse(period.since(), period.recorded());
    Instant to = Objects.requireNonNullElse(period.complete(), period.recorded());
    Map<String, Object> details =
        Map.of(
            "timeline", period.timeline(),
            "from", new Lsn(period.from()).toString(),
            "to", new Lsn(period.to()).toString());
    return new BackupMetadata(
        archive.idOf(period).value(),
        period.recorded(),
        BackupType.TRANSACTION,
        "",
        period.bytes(),
        "",
        "",
        BackupStatus.COMPLETED,
        from.isBefore(to) ? Duration.between(from, to) : Duration.ZERO,
        0,
        "",
        "",
        period.storedBytes(),
        Optional.ofNullable(period.complete())
            .map(time -> new BackupRecord.Anchor(new Lsn(period.to()).toString(), time)),
        Optional.empty(),
        List.of(
            new Source(
                log.source(),
                SourceType.LOGS,
                period.pieces(),
                period.bytes(),
                from,
                to,
                Map.of(),
                List.of(),
                0,
                details)),
        List.of(),
        0,
        Optional.empty());
  }

  static BackupMetadata of(RunningBackup running, Instant now) {
    Duration time = Duration.between(running.started(), now);
    return new BackupMetadata(
        running.id().value(),
        running.started(),
        running.id().type(),
        "",
        0,
        "",
        "",
        BackupStatus.RUNNING,
        time.isNegative() ? Duration.ZERO : time,
        0,
        running.policy(),
        running.client(),
        0,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        0,
        Optional.empty());
  }
}
