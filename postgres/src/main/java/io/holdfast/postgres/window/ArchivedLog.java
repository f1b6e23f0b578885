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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  public ArchivedLog {
    wal = Map.copyOf(wal);
    histories = Map.copyOf(histories);
    historyFiles = Collections.unmodifiableMap(new TreeMap<>(historyFiles));
    warnings = List.copyOf(warnings);
  }

  /** Looks what there is. */
  public static ArchivedLog read(WalArchive archive) {
    List<String> warnings = new ArrayList<>();
    Map<Timeline, List<LsnRange>> wal = coverage(archive, warnings);
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

  /**
   * What there is of each timeline.
   *
   * @param warnings takes what is odd about it
   */
  public static Map<Timeline, List<LsnRange>> coverage(WalArchive archive, List<String> warnings) {
    long[] twice = {0};
    int segmentSize = archive.log().segmentSize();
    Map<Timeline, WalCoverage> coverage = new HashMap<>();
    try (Stream<WalArchive.StoredPiece> pieces = archive.pieces()) {
      pieces
          .map(WalArchive.StoredPiece::piece)
          .forEach(
              piece -> {
                WalSegmentName segment = WalSegmentName.parse(piece.segment(), segmentSize);
                WalCoverage there =
                    coverage.computeIfAbsent(
                        segment.timeline(), timeline -> new WalCoverage(segmentSize));
                if (piece.length() == segmentSize) {
                  twice[0] += there.addSegment(segment.number()) ? 0 : 1;
                } else {
                  Lsn start = segment.start();
                  there.add(new LsnRange(start.plus(piece.from()), start.plus(piece.to())));
                }
              });
    }
    if (twice[0] > 0) {
      warnings.add(
          twice[0] + " segments are there in two versions: two servers wrote to the same timeline");
    }
    Map<Timeline, List<LsnRange>> ranges = new HashMap<>();
    coverage.forEach((timeline, there) -> ranges.put(timeline, there.ranges()));
    return ranges;
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
