package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.MalformedHistoryException;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalCoverage;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.CorruptObjectException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import io.holdfast.storage.StorageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The recoverable window of one cluster, as a repository holds it, with times.
 *
 * @param warnings of histories that cannot be read, or that a timeline has two of
 */
public record ClusterWindow(
    WalLog log, List<TimedStretch> stretches, List<Stretch.Gap> gaps, List<String> warnings) {

  /**
   * A stretch, and the moments of its ends by the server's clock.
   *
   * @param to all commits up to then are in it; null where that is not known
   */
  public record TimedStretch(Stretch stretch, Instant from, @Nullable Instant to) {}

  /** How far behind the end of a stretch its time is looked for. */
  private static final int SEGMENTS_BACK = 16;

  public ClusterWindow {
    stretches = List.copyOf(stretches);
    gaps = List.copyOf(gaps);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads it.
   *
   * @param bases the backups of the cluster
   */
  public static ClusterWindow read(WalArchive archive, Collection<BasePoint> bases) {
    List<String> warnings = new ArrayList<>();
    RecoverableWindow window =
        RecoverableWindow.of(
            archive.log().segmentSize(),
            bases,
            coverage(archive, warnings),
            histories(archive, warnings));
    List<TimedStretch> stretches =
        window.stretches().stream().map(is -> timed(archive, is, warnings)).toList();
    return new ClusterWindow(archive.log(), stretches, window.gaps(), warnings);
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

  private static Map<Timeline, TimelineHistory> histories(
      WalArchive archive, List<String> warnings) {
    Map<Timeline, TimelineHistory> histories = new HashMap<>();
    for (WalArchive.StoredHistory stored : archive.listHistories()) {
      Timeline timeline = new Timeline(stored.timeline());
      try {
        TimelineHistory history = TimelineHistory.parse(timeline, archive.readHistory(stored));
        TimelineHistory other = histories.putIfAbsent(timeline, history);
        if (other != null && !other.equals(history)) {
          warnings.add(
              "two servers began timeline " + timeline + "; the window is that of one of them");
        }
      } catch (MalformedHistoryException | CorruptObjectException e) {
        warnings.add(String.valueOf(e.getMessage()));
      }
    }
    return histories;
  }

  private static TimedStretch timed(WalArchive archive, Stretch stretch, List<String> warnings) {
    Instant from = stretch.bases().getFirst().stopped();
    return new TimedStretch(stretch, from, end(archive, stretch, warnings));
  }

  private static @Nullable Instant end(WalArchive archive, Stretch stretch, List<String> warnings) {
    Instant latest = null;
    for (BasePoint base : stretch.bases()) {
      latest = later(latest, base.stopped());
    }
    if (stretch.from().equals(stretch.to())) {
      return latest;
    }
    Lsn end = stretch.to();
    for (int segments = 0; segments < SEGMENTS_BACK && stretch.from().isBefore(end); segments++) {
      WalSegmentName segment =
          WalSegmentName.containing(stretch.timeline(), end.plus(-1), archive.log().segmentSize());
      Instant known = end(archive, segment, (int) end.minus(segment.start()), warnings);
      if (known != null) {
        return later(latest, known);
      }
      end = segment.start();
    }
    return latest;
  }

  /** What the pieces of a segment tell of its end, or of the last position that they tell of. */
  private static @Nullable Instant end(
      WalArchive archive, WalSegmentName segment, int to, List<String> warnings) {
    List<WalArchive.StoredPiece> pieces;
    try (Stream<WalArchive.StoredPiece> all = archive.piecesOf(segment.toString())) {
      pieces =
          all.filter(is -> is.piece().to() <= to)
              .sorted(
                  Comparator.comparingInt((WalArchive.StoredPiece is) -> is.piece().to())
                      .reversed())
              .toList();
    }
    for (WalArchive.StoredPiece stored : pieces) {
      try {
        WalNote note = archive.note(stored);
        Instant known = later(note.lastCommit(), note.complete());
        if (known != null) {
          return known;
        }
      } catch (CorruptObjectException | StorageException e) {
        warnings.add(String.valueOf(e.getMessage()));
      }
    }
    return null;
  }

  private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || (other != null && one.isBefore(other))) {
      return other;
    }
    return one;
  }
}
