package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegments;
import io.holdfast.postgres.window.ArchivedLog;
import io.holdfast.repository.UnsupportedFormatException;
import io.holdfast.repository.UnusableObjectException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalPeriod;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.HoldfastException;
import io.holdfast.storage.ObjectNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks all that an archive holds of a log: every piece opens and has its hash, every record in it
 * its check sum and its place behind the one before, and timelines begin where their histories say.
 * Goes on after a problem. Memory does not grow with the log. For one thread.
 */
public final class CheckLog {
  private static final int MAX_PROBLEMS = 1000;
  private static final int LONGEST_HEADER = 40;

  private final WalArchive archive;
  private final WalFormat format;
  private final LongConsumer progress;
  private final Set<String> problems = new LinkedHashSet<>();
  private long problemCount;
  private long pieces;
  private long bytes;
  private long records;

  /**
   * @param progress told the bytes of each piece
   */
  public CheckLog(WalArchive archive, LongConsumer progress) {
    this.archive = archive;
    this.progress = progress;
    this.format = RecoveryPlan.formatOf(archive.log());
  }

  /**
   * What was found.
   *
   * @param pieces that were read, and their plain bytes
   * @param records that were read in them
   * @param problems the first of them; there are {@code problemCount}
   */
  public record Found(
      long pieces, long bytes, long records, List<String> problems, long problemCount) {}

  /** Checks all of it. */
  public Found run() {
    ArchivedLog log = ArchivedLog.readAll(archive);
    log.warnings().forEach(this::problem);
    new TreeMap<>(log.wal())
        .forEach((timeline, ranges) -> ranges.forEach(range -> check(timeline, range)));
    log.histories().values().forEach(history -> checkSwitch(log, history));
    try (Stream<WalPeriod> periods = archive.periods(this::damaged)) {
      periods.forEach(period -> checkPeriod(log, period));
    }
    return new Found(pieces, bytes, records, List.copyOf(problems), problemCount);
  }

  /** The same is told once, by whatever it is met. */
  private void problem(String what) {
    if (!problems.contains(what)) {
      problemCount++;
      if (problems.size() < MAX_PROBLEMS) {
        problems.add(what);
      }
    }
  }

  private void damaged(HoldfastException failure) {
    problem(String.valueOf(failure.getMessage()));
  }

  /** What was stored is there still. */
  private void checkPeriod(ArchivedLog log, WalPeriod period) {
    Lsn from = new Lsn(period.from());
    Lsn to = new Lsn(period.to());
    boolean isThere =
        from.equals(to)
            || log.wal().getOrDefault(new Timeline(period.timeline()), List.of()).stream()
                .anyMatch(range -> !from.isBefore(range.from()) && !range.to().isBefore(to));
    if (!isThere) {
      problem(
          "timeline %d was stored from %s to %s, and is not there any more"
              .formatted(period.timeline(), from, to));
    }
  }

  /** Reads the records of a stretch; after damage it goes on with the next segment. */
  private void check(Timeline timeline, LsnRange range) {
    Lsn from = range.from();
    while (from.isBefore(range.to())) {
      Lsn broken = readRecords(timeline, range, from);
      from = broken == null ? range.to() : behindSegment(broken);
    }
  }

  /** Start of the segment in which they cannot be read on; null if that is in none. */
  private @Nullable Lsn readRecords(Timeline timeline, LsnRange range, Lsn from) {
    try (SegmentsInTurn segments = new SegmentsInTurn(timeline, range)) {
      segments.enter(Long.divideUnsigned(from.value(), format.segmentSize()));
      try (WalRecordReader reader = new WalRecordReader(format, segments, nextPage(from))) {
        while (reader.next() != null) {
          records++;
        }
        return isSound(timeline, reader.end().orElseThrow()) ? null : segments.start();
      } catch (UnusableObjectException
          | UnsupportedFormatException
          | MissingWalException
          | ObjectNotFoundException e) {
        damaged(e);
        return segments.start();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Lsn nextPage(Lsn position) {
    return new Lsn((position.value() + format.pageSize() - 1) & -format.pageSize());
  }

  private Lsn behindSegment(Lsn position) {
    return new Lsn((position.value() & -(long) format.segmentSize()) + format.segmentSize());
  }

  private boolean isSound(Timeline timeline, EndOfWal end) {
    return switch (end.found()) {
      case CUT_OFF, NO_SEGMENT -> true;
      case NOTHING, NO_RECORD -> {
        problem("timeline %s has at %s %s".formatted(timeline, end.position(), end.what()));
        yield false;
      }
    };
  }

  /** A timeline begins where a record of the one that it left ends. */
  private void checkSwitch(ArchivedLog log, TimelineHistory history) {
    checkWay(log, history);
    if (history.before().isEmpty()) {
      return;
    }
    TimelineHistory.Switch left = history.before().getLast();
    Lsn segment = new Lsn(left.at().value() & -(long) format.segmentSize());
    LsnRange there = containing(log, left.from(), segment);
    if (there == null || left.at().equals(segment)) {
      return; // nothing is there, or nothing is in doubt
    }
    ArchivedSegments segments =
        new ArchivedSegments(archive, TimelineHistory.ofFirst(left.from()), damaged -> {});
    try (WalRecordReader reader =
        new WalRecordReader(
            format, number -> segments.openBetween(number, segment, there.to()), segment)) {
      boolean met = false;
      boolean passed = false;
      for (WalRecord next = reader.next(); next != null && !met && !passed; next = reader.next()) {
        met = next.end().equals(left.at()) || isAt(next.start(), left.at());
        passed = left.at().isBefore(next.end());
      }
      if (passed && !met) { // else the records end before: that is told already
        problem(
            "timeline %s begins at %s, where no record of timeline %s ends"
                .formatted(history.timeline(), left.at(), left.from()));
      }
    } catch (UnusableObjectException
        | UnsupportedFormatException
        | MissingWalException
        | ObjectNotFoundException e) {
      return; // told already, of the timeline whose piece it is
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable LsnRange containing(ArchivedLog log, Timeline timeline, Lsn position) {
    return log.wal().getOrDefault(timeline, List.of()).stream()
        .filter(range -> !position.isBefore(range.from()) && position.isBefore(range.to()))
        .findFirst()
        .orElse(null);
  }

  /** At the start of a page a record begins behind its header. */
  private boolean isAt(Lsn start, Lsn position) {
    boolean startsPage = (position.value() & (format.pageSize() - 1)) == 0;
    long behind = start.minus(position);
    return behind == 0 || (startsPage && behind > 0 && behind <= LONGEST_HEADER);
  }

  private void checkWay(ArchivedLog log, TimelineHistory history) {
    List<TimelineHistory.Switch> before = history.before();
    for (int i = 0; i < before.size(); i++) {
      Timeline earlier = before.get(i).from();
      TimelineHistory known = log.histories().get(earlier);
      if (known != null && !known.before().equals(before.subList(0, i))) {
        problem(
            "the histories of timelines %s and %s tell different ways to timeline %s"
                .formatted(history.timeline(), earlier, earlier));
      }
    }
  }

  private int length(long number, Lsn end) {
    return (int) Math.min(format.segmentSize(), end.minus(new Lsn(number * format.segmentSize())));
  }

  /**
   * The segments of one stretch of a timeline, one after the other; of each, the pieces that its
   * reading did not need are read too.
   */
  private final class SegmentsInTurn implements WalSegments, AutoCloseable {
    private final Timeline timeline;
    private final LsnRange range;
    private final ArchivedSegments segments;
    private final Set<WalPiece> used = new HashSet<>();
    private long current = -1;

    SegmentsInTurn(Timeline timeline, LsnRange range) {
      this.timeline = timeline;
      this.range = range;
      this.segments =
          new ArchivedSegments(
              archive, TimelineHistory.ofFirst(timeline), CheckLog.this::damaged, this::reading);
    }

    private void reading(WalPiece piece) {
      used.add(piece);
      pieces++;
      bytes += piece.length();
      progress.accept(piece.length());
    }

    /** Of the segment that was opened last. */
    Lsn start() {
      return new Lsn(current * format.segmentSize());
    }

    /** Its pieces will be read, also if its records are not. */
    void enter(long number) {
      current = number;
    }

    @Override
    public Optional<InputStream> open(long number) {
      if (number != current) {
        readUnused();
      }
      Lsn start = new Lsn(number * format.segmentSize());
      if (!start.isBefore(range.to())) {
        return Optional.empty();
      }
      current = number;
      int from = (int) Math.max(0, range.from().minus(start));
      return Optional.of(segments.openPadded(number, from, length(number, range.to())));
    }

    private void readUnused() {
      if (current < 0) {
        return;
      }
      WalSegmentName name = new WalSegmentName(timeline, current, format.segmentSize());
      current = -1;
      List<WalPiece> others;
      try (Stream<WalArchive.StoredPiece> stored = archive.piecesOf(name.toString())) {
        others =
            stored
                .map(WalArchive.StoredPiece::piece)
                .filter(piece -> isWithin(name.start(), piece) && !used.contains(piece))
                .toList();
      }
      Set<WalPiece> all = new HashSet<>(used);
      all.addAll(others);
      for (WalPiece piece : all) {
        if (all.stream()
            .filter(other -> ArchivedSegments.isOtherVersion(piece, other))
            .anyMatch(
                other -> Stream.of(piece, other).allMatch(is -> archive.fault(is).isEmpty()))) {
          damaged(MissingWalException.twice(piece.segment()));
        }
      }
      for (WalPiece piece : others) {
        reading(piece);
        archive.fault(piece).ifPresent(CheckLog.this::damaged);
      }
      used.clear();
    }

    private boolean isWithin(Lsn start, WalPiece piece) {
      return !start.plus(piece.from()).isBefore(range.from())
          && !range.to().isBefore(start.plus(piece.to()));
    }

    @Override
    public void close() {
      readUnused();
    }
  }
}
