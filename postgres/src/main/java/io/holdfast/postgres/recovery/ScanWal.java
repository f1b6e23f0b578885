package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import io.holdfast.repository.WalArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Looks for records in the WAL of an archive. */
final class ScanWal {
  private final ArchivedSegments segments;
  private final WalFormat format;

  ScanWal(WalArchive archive, WalFormat format, TimelineHistory way) {
    this.segments = new ArchivedSegments(archive, way, damaged -> {});
    this.format = format;
  }

  /**
   * The last record between two positions at which a recovery to a target would end.
   *
   * @return its start; null if there is none
   * @throws MissingWalException if there is something else than records
   */
  @Nullable Lsn last(RecoveryTarget target, Lsn from, Lsn to) {
    Lsn found = null;
    try (WalRecordReader reader =
        new WalRecordReader(format, number -> segments.openBetween(number, from, to), from)) {
      StopSearch search = new StopSearch(target, true, format.major(), from);
      for (WalRecord next = reader.next(); next != null; next = reader.next()) {
        if (search.isFoundAt(next)) {
          found = next.start();
        }
      }
      requireAll(reader.end().orElseThrow(), to);
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that there is was read, but for the beginning of a record whose end is not there yet. */
  static void requireAll(EndOfWal end, Lsn needed) {
    switch (end.found()) {
      case CUT_OFF, NO_SEGMENT -> {}
      case NOTHING, NO_RECORD -> throw MissingWalException.damaged(end, needed);
    }
  }
}
