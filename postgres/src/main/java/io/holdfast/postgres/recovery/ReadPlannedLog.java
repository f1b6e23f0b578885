package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Predicate;

/** Reads the WAL that a recovery goes over, record by record. */
final class ReadPlannedLog {
  private ReadPlannedLog() {}

  /**
   * Reads from a record on, to where the plan reaches or until what is looked for is found.
   *
   * @param isFound shown each record
   * @throws MissingWalException if there is something else than records
   */
  static void from(RecoveryPlan plan, Lsn position, Predicate<WalRecord> isFound) {
    if (!position.isBefore(plan.reach())) {
      return;
    }
    ArchivedSegments segments = plan.segments(damaged -> {});
    try (WalRecordReader reader =
        new WalRecordReader(
            plan.format(),
            number -> segments.openBetween(number, position, plan.reach()),
            position)) {
      for (WalRecord next = reader.next(); next != null; next = reader.next()) {
        if (isFound.test(next)) {
          return;
        }
      }
      ScanWal.requireAll(reader.end().orElseThrow(), plan.reach());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
