package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalCoverage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * To which positions a cluster can be recovered, from what is really there: backups, WAL and
 * histories.
 *
 * @param stretches by timeline and position; they do not touch
 * @param gaps between what is there, from the first backup on, by timeline and position
 */
public record RecoverableWindow(List<Stretch> stretches, List<Stretch.Gap> gaps) {
  public RecoverableWindow {
    stretches = List.copyOf(stretches);
    gaps = List.copyOf(gaps);
  }

  /**
   * Computes it.
   *
   * @param segmentSize bytes per segment
   * @param wal what there is of each timeline
   * @param histories of all timelines but those that have none
   */
  public static RecoverableWindow of(
      int segmentSize,
      Collection<BasePoint> bases,
      Map<Timeline, List<LsnRange>> wal,
      Map<Timeline, TimelineHistory> histories) {
    TreeSet<Timeline> timelines = new TreeSet<>(wal.keySet());
    timelines.addAll(histories.keySet());
    bases.forEach(base -> timelines.add(base.timeline()));
    List<Stretch> stretches = new ArrayList<>();
    Set<Stretch.Gap> gaps = new LinkedHashSet<>(); // of one timeline there may be several ways on
    for (Timeline timeline : timelines) {
      TimelineHistory history = histories.getOrDefault(timeline, TimelineHistory.ofFirst(timeline));
      Way way = new Way(history, there(segmentSize, history, wal));
      stretches.addAll(way.stretches(bases));
      gaps.addAll(way.gaps(bases));
    }
    return new RecoverableWindow(stretches, List.copyOf(gaps));
  }

  /** What there is of the WAL on the way to a timeline. */
  private static List<LsnRange> there(
      int segmentSize, TimelineHistory history, Map<Timeline, List<LsnRange>> wal) {
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
    return there.ranges();
  }

  /** The way to a timeline. What lies on the timelines before it is told of those. */
  private record Way(TimelineHistory history, List<LsnRange> there) {

    List<Stretch> stretches(Collection<BasePoint> bases) {
      Map<Lsn, List<BasePoint>> byEnd = new TreeMap<>();
      for (BasePoint base : onWay(bases)) {
        byEnd.computeIfAbsent(end(base.stop()), end -> new ArrayList<>()).add(base);
      }
      List<Stretch> stretches = new ArrayList<>();
      byEnd.forEach(
          (end, reaching) -> {
            if (isOwn(end)) {
              Lsn from = reaching.getFirst().stop();
              stretches.add(new Stretch(history.timeline(), from, end, reaching));
            }
          });
      return stretches;
    }

    private List<BasePoint> onWay(Collection<BasePoint> bases) {
      return bases.stream()
          .filter(base -> history.contains(base.timeline(), base.stop()))
          .sorted(Comparator.comparing(BasePoint::stop).thenComparing(BasePoint::id))
          .toList();
    }

    /** How far the WAL goes without a gap from a position on. */
    private Lsn end(Lsn from) {
      for (LsnRange range : there) {
        if (!from.isBefore(range.from()) && !range.to().isBefore(from)) {
          return range.to();
        }
      }
      return from;
    }

    private boolean isOwn(Lsn end) {
      return history.contains(history.timeline(), end);
    }

    List<Stretch.Gap> gaps(Collection<BasePoint> bases) {
      List<BasePoint> usable = onWay(bases);
      if (usable.isEmpty()) {
        return List.of();
      }
      List<Stretch.Gap> gaps = new ArrayList<>();
      Lsn at = usable.getFirst().stop();
      for (LsnRange range : there) {
        if (at.isBefore(range.from())) {
          gaps.add(new Stretch.Gap(history.at(at), new LsnRange(at, range.from())));
        }
        at = at.isBefore(range.to()) ? range.to() : at;
      }
      return gaps;
    }
  }
}
