package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import java.util.ArrayList;
import java.util.Collection;
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
      LogWay way = LogWay.of(segmentSize, history, wal);
      stretches.addAll(stretches(way, bases));
      gaps.addAll(gaps(way, bases));
    }
    return new RecoverableWindow(stretches, List.copyOf(gaps));
  }

  private static List<Stretch> stretches(LogWay way, Collection<BasePoint> bases) {
    Map<Lsn, List<BasePoint>> byEnd = new TreeMap<>();
    for (BasePoint base : way.bases(bases)) {
      byEnd.computeIfAbsent(way.end(base.stop()), end -> new ArrayList<>()).add(base);
    }
    List<Stretch> stretches = new ArrayList<>();
    byEnd.forEach(
        (end, reaching) -> {
          if (way.isOwn(end)) { // what lies on the timelines before it is told of those
            Lsn from = reaching.getFirst().stop();
            stretches.add(new Stretch(way.timeline(), from, end, reaching));
          }
        });
    return stretches;
  }

  private static List<Stretch.Gap> gaps(LogWay way, Collection<BasePoint> bases) {
    List<BasePoint> usable = way.bases(bases);
    if (usable.isEmpty()) {
      return List.of();
    }
    List<Stretch.Gap> gaps = new ArrayList<>();
    Lsn at = usable.getFirst().stop();
    for (LsnRange range : way.there()) {
      if (at.isBefore(range.from())) {
        gaps.add(
            new Stretch.Gap(
                way.history().at(at),
                new LsnRange(at, range.from()),
                way.history().at(range.from())));
      }
      at = at.isBefore(range.to()) ? range.to() : at;
    }
    return gaps;
  }
}
