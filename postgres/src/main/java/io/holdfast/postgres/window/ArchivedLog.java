package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.MalformedHistoryException;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalCoverage;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.UnsupportedFormatException;
import io.holdfast.repository.UnusableObjectException;
import io.holdfast.repository.WalArchive;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a repository holds of a log, as far as the names of its objects and the histories tell.
 *
 * @param wal what there is of each timeline, in order
 * @param histories of all timelines but those that have none; where one has two, the first
 * @param historyFiles where those are
 * @param warnings of what is odd about it
 */
public record ArchivedLog(
    WalArchive archive,
    Map<Timeline, List<LsnRange>> wal,
    Map<Timeline, TimelineHistory> histories,
    Map<Timeline, WalArchive.StoredHistory> historyFiles,
    List<String> warnings) {
  /** Of segments in two versions: more than that were not damaged one by one. */
  private static final int MOST_LOOKED_INTO = 20;

  public ArchivedLog {
    wal = Map.copyOf(wal);
    histories = Map.copyOf(histories);
    historyFiles = Collections.unmodifiableMap(new TreeMap<>(historyFiles));
    warnings = List.copyOf(warnings);
  }

  /** Looks what there is for recoveries: nothing of what is there in two versions. */
  public static ArchivedLog read(WalArchive archive) {
    List<String> warnings = new ArrayList<>();
    return read(archive, coverage(archive, warnings, true), warnings);
  }

  /** Looks what there is, whether or not it is of use. */
  public static ArchivedLog readAll(WalArchive archive) {
    List<String> warnings = new ArrayList<>();
    return read(archive, coverage(archive, warnings, false), warnings);
  }

  private static ArchivedLog read(
      WalArchive archive, Map<Timeline, List<LsnRange>> wal, List<String> warnings) {
    Map<Timeline, TimelineHistory> histories = new HashMap<>();
    Map<Timeline, WalArchive.StoredHistory> files = new HashMap<>();
    for (WalArchive.StoredHistory stored : archive.listHistories()) {
      Timeline timeline = new Timeline(stored.timeline());
      try {
        TimelineHistory history = TimelineHistory.parse(timeline, archive.readHistory(stored));
        TimelineHistory other = histories.putIfAbsent(timeline, history);
        files.putIfAbsent(timeline, stored);
        if (other != null && !other.equals(history)) {
          warnings.add(
              "two servers began timeline " + timeline + "; the window is that of one of them");
        }
      } catch (MalformedHistoryException | UnusableObjectException | UnsupportedFormatException e) {
        warnings.add(String.valueOf(e.getMessage()));
      }
    }
    return new ArchivedLog(archive, wal, histories, files, warnings);
  }

  /** What there is of each timeline, whether or not it is of use. */
  public static Map<Timeline, List<LsnRange>> coverage(WalArchive archive) {
    return coverage(archive, new ArrayList<>(), false);
  }

  /**
   * @param warnings takes what is odd about it
   * @param leaveOut what is there in two versions: nothing tells which of them is meant
   */
  private static Map<Timeline, List<LsnRange>> coverage(
      WalArchive archive, List<String> warnings, boolean leaveOut) {
    int segmentSize = archive.log().segmentSize();
    int unit = Math.min(segmentSize, WalArchive.MAX_PIECE); // a larger segment is stored in several
    NavigableSet<Unit> twice = new TreeSet<>();
    Map<Timeline, WalCoverage> coverage = new HashMap<>();
    try (Stream<WalArchive.StoredPiece> pieces = archive.pieces()) {
      pieces
          .map(WalArchive.StoredPiece::piece)
          .forEach(
              piece -> {
                WalSegmentName segment = WalSegmentName.parse(piece.segment(), segmentSize);
                WalCoverage there =
                    coverage.computeIfAbsent(segment.timeline(), timeline -> new WalCoverage(unit));
                Lsn from = segment.start().plus(piece.from());
                if (piece.length() == unit && piece.from() % unit == 0) {
                  if (!there.addSegment(from.value() / unit)) {
                    twice.add(new Unit(piece.segment(), piece.from()));
                  }
                } else {
                  there.add(new LsnRange(from, segment.start().plus(piece.to())));
                }
              });
    }
    List.copyOf(twice).stream()
        .limit(MOST_LOOKED_INTO)
        .filter(one -> !hasTwo(archive, one, unit))
        .forEach(twice::remove);
    if (!twice.isEmpty()) {
      String first = twice.first().segment();
      warnings.add(
          (twice.size() == 1 ? "segment " + first + " is" : "segments from " + first + " on are")
              + " there in two versions: two servers wrote to the same timeline, or one version was"
              + " damaged before it was stored. Neither counts");
    }
    if (leaveOut) {
      for (Unit one : twice) {
        WalSegmentName segment = WalSegmentName.parse(one.segment(), segmentSize);
        Objects.requireNonNull(coverage.get(segment.timeline()))
            .leaveOut(segment.start().plus(one.from()).value() / unit);
      }
    }
    Map<Timeline, List<LsnRange>> ranges = new HashMap<>();
    coverage.forEach(
        (timeline, there) -> {
          List<LsnRange> left = there.ranges();
          if (!left.isEmpty()) {
            ranges.put(timeline, left);
          }
        });
    return ranges;
  }

  /** A segment, or one of the pieces of the same size that a large one is stored in. */
  private record Unit(String segment, int from) implements Comparable<Unit> {
    private static final Comparator<Unit> ORDER =
        Comparator.comparing(Unit::segment).thenComparingInt(Unit::from);

    @Override
    public int compareTo(Unit other) {
      return ORDER.compare(this, other);
    }
  }

  /** Whether two versions can be read: one that cannot is none. */
  private static boolean hasTwo(WalArchive archive, Unit one, int length) {
    try (Stream<WalArchive.StoredPiece> pieces = archive.piecesOf(one.segment())) {
      return pieces
              .map(WalArchive.StoredPiece::piece)
              .filter(piece -> piece.from() == one.from() && piece.length() == length)
              .filter(piece -> archive.fault(piece).isEmpty())
              .limit(2)
              .count()
          == 2;
    }
  }

  /** To which positions the cluster can be recovered. */
  RecoverableWindow window(Collection<BasePoint> bases) {
    return RecoverableWindow.of(segmentSize(), bases, wal, histories);
  }

  /** Which timelines lead to one. */
  TimelineHistory history(Timeline timeline) {
    return histories.getOrDefault(timeline, TimelineHistory.ofFirst(timeline));
  }

  /** The way to a timeline. */
  public LogWay way(Timeline timeline) {
    return LogWay.of(segmentSize(), history(timeline), wal);
  }

  /** All timelines of which anything is known. */
  public SortedSet<Timeline> timelines(Collection<BasePoint> bases) {
    SortedSet<Timeline> all = new TreeSet<>(wal.keySet());
    all.addAll(histories.keySet());
    bases.forEach(base -> all.add(base.timeline()));
    return all;
  }

  private int segmentSize() {
    return archive.log().segmentSize();
  }
}
