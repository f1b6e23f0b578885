package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalCoverage;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The way of a log to a timeline, and what there is of the WAL on it.
 *
 * @param history which timelines the way goes over
 * @param there what there is of it, in order; the ranges do not touch
 */
public record LogWay(TimelineHistory history, List<LsnRange> there) {
  public LogWay {
    there = List.copyOf(there);
  }

  /**
   * Of all WAL, what lies on the way.
   *
   * @param segmentSize bytes per segment
   * @param wal what there is of each timeline
   */
  static LogWay of(int segmentSize, TimelineHistory history, Map<Timeline, List<LsnRange>> wal) {
    WalCoverage there = new WalCoverage(segmentSize);
    for (TimelineHistory.Part part : history.parts()) {
      // The first segment of a timeline begins with a copy of what was before it.
      Lsn from = new Lsn(part.from().value() & -segmentSize);
      for (LsnRange range : wal.getOrDefault(part.timeline(), List.of())) {
        Lsn begin = range.from().isBefore(from) ? from : range.from();
        Lsn end = part.to() == null || range.to().isBefore(part.to()) ? range.to() : part.to();
        if (begin.isBefore(end)) {
          there.add(new LsnRange(begin, end));
        }
      }
    }
    return new LogWay(history, there.ranges());
  }

  /** The timeline to which it leads. */
  public Timeline timeline() {
    return history.timeline();
  }

  /** Those backups that lie on the way, by their stops. */
  public List<BasePoint> bases(Collection<BasePoint> all) {
    return all.stream()
        .filter(base -> history.contains(base.timeline(), base.stop()))
        .sorted(Comparator.comparing(BasePoint::stop).thenComparing(BasePoint::id))
        .toList();
  }

  /** How far the WAL goes without a gap from a position on; not at all where it has none of it. */
  public Lsn end(Lsn from) {
    for (LsnRange range : there) {
      if (!from.isBefore(range.from()) && !range.to().isBefore(from)) {
        return range.to();
      }
    }
    return from;
  }

  /** Whether a position lies on the timeline to which the way leads, not on one before. */
  boolean isOwn(Lsn position) {
    return history.contains(timeline(), position);
  }
}
