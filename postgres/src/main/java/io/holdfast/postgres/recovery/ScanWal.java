package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks for records in the WAL of an archive. */
final class ScanWal {
  private final ArchivedSegments segments;
  private final WalFormat format;

  ScanWal(WalArchive archive, TimelineHistory way) {
    this.segments = new ArchivedSegments(archive, way);
    WalLog log = archive.log();
    this.format =
        new WalFormat(
            log.major(), new SystemIdentifier(log.system()), log.segmentSize(), log.pageSize());
  }

  /**
   * The last record between two positions at which a recovery to a target would end.
   *
   * @return its start; null if there is none
   */
  @Nullable Lsn last(RecoveryTarget target, Lsn from, Lsn to) {
    Lsn found = null;
    try (WalRecordReader reader =
        new WalRecordReader(format, number -> open(number, from, to), from)) {
      StopSearch search = new StopSearch(target, true, format.major(), from);
      for (WalRecord next = reader.next(); next != null; next = reader.next()) {
        if (search.isFoundAt(next)) {
          found = next.start();
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A segment from the page of the first position on, with zeros before it, up to the second. */
  private Optional<InputStream> open(long number, Lsn from, Lsn to) {
    Lsn start = new Lsn(number * format.segmentSize());
    if (!start.isBefore(to)) {
      return Optional.empty();
    }
    int begin = (int) (Math.max(0, from.minus(start)) & -format.pageSize());
    int end = (int) Math.min(format.segmentSize(), to.minus(start));
    return Optional.of(segments.openPadded(number, begin, end));
  }
}
