package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.window.ArchivedLog;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.postgres.window.EndTime;
import io.holdfast.postgres.window.LogWay;
import io.holdfast.repository.WalArchive;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the backup and the WAL for a recovery, from what a repository holds of one cluster.
 * Writes nothing.
 */
public final class PlanRecovery {
  private final ArchivedLog log;
  private final List<BasePoint> bases;

  /**
   * Looks what there is.
   *
   * @param bases the backups of the cluster that may be used
   */
  public PlanRecovery(WalArchive archive, Collection<BasePoint> bases) {
    this(ArchivedLog.read(archive), bases);
  }

  /**
   * As above, of a log that was looked at before.
   *
   * @param bases the backups of the cluster that may be used
   */
  public PlanRecovery(ArchivedLog log, Collection<BasePoint> bases) {
    this.log = log;
    this.bases = List.copyOf(bases);
  }

  /**
   * Plans a recovery. A transaction or a restore point is looked for in the WAL, the newest first.
   *
   * @throws RecoveryTargetException if the target cannot be reached; it tells what can
   */
  public RecoveryPlan plan(RecoveryRequest request) {
    Timeline timeline = request.timeline() == null ? newest() : known(request.timeline());
    try {
      return new OnWay(timeline).plan(request.target(), request.inclusive());
    } catch (RecoveryTargetException e) {
      throw withOtherTimelines(e, request, timeline);
    }
  }

  /**
   * From each backup to the end of the WAL that follows it without a gap, the newest first.
   *
   * @param timeline on the way to which they lie; null for the newest
   * @throws RecoveryTargetException if there is none
   */
  public List<RecoveryPlan> toTheEnds(@Nullable Timeline timeline) {
    OnWay way = new OnWay(timeline == null ? newest() : known(timeline));
    return way.usable.reversed().stream()
        .map(base -> way.plan(base, new RecoveryTarget.Latest(), true, way.way.end(base.stop())))
        .toList();
  }

  private Timeline newest() {
    return log.timelines(bases).stream()
        .max(Comparator.naturalOrder())
        .orElseThrow(
            () ->
                RecoveryTargetException.unreachable(
                    "there is no backup of the database yet", "Make one with: holdfast backup"));
  }

  private Timeline known(Timeline timeline) {
    if (!log.timelines(bases).contains(timeline)) {
      throw RecoveryTargetException.unreachable(
          "nothing is known of timeline " + timeline,
          "These are: "
              + log.timelines(bases).stream()
                  .map(Timeline::toString)
                  .collect(Collectors.joining(", ")));
    }
    return timeline;
  }

  private RecoveryTargetException withOtherTimelines(
      RecoveryTargetException e, RecoveryRequest request, Timeline timeline) {
    boolean isLookedUp =
        request.target() instanceof RecoveryTarget.Time
            || request.target() instanceof RecoveryTarget.Position;
    if (!isLookedUp) {
      return e; // to search all ways again would take too long
    }
    List<String> others = new ArrayList<>();
    for (Timeline other : log.timelines(bases)) {
      if (!other.equals(timeline) && isReached(request, other)) {
        others.add(other.toString());
      }
    }
    return others.isEmpty()
        ? e
        : RecoveryTargetException.unreachable(
            String.valueOf(e.getMessage()),
            "It lies on the way to timeline "
                + String.join(" and ", others)
                + ": choose it with --timeline. See: holdfast window");
  }

  private boolean isReached(RecoveryRequest request, Timeline timeline) {
    try {
      Objects.requireNonNull(new OnWay(timeline).plan(request.target(), request.inclusive()));
      return true;
    } catch (HoldfastException e) {
      if (e.category() == FailureCategory.INTERRUPTED) {
        throw e;
      }
      return false; // what was asked for is told; this was only to help
    }
  }

  /** On the way to one timeline. */
  private final class OnWay {
    private final LogWay way;

    /** By their stops. */
    private final List<BasePoint> usable;

    private final List<String> warnings = new ArrayList<>(log.warnings());

    OnWay(Timeline timeline) {
      this.way = log.way(timeline);
      this.usable = way.bases(bases);
      if (usable.isEmpty()) {
        throw RecoveryTargetException.unreachable(
            "no backup leads to timeline " + timeline,
            "Choose another one with --timeline; see: holdfast window");
      }
    }

    RecoveryPlan plan(RecoveryTarget target, boolean inclusive) {
      return switch (target) {
        case RecoveryTarget.Latest latest -> toTheEnd(latest);
        case RecoveryTarget.Time time -> toTime(time, inclusive);
        case RecoveryTarget.Position position -> toPosition(position, inclusive);
        case RecoveryTarget.Transaction _, RecoveryTarget.Point _ -> toFound(target, inclusive);
      };
    }

    private RecoveryPlan toTheEnd(RecoveryTarget.Latest target) {
      BasePoint base = usable.getLast();
      Lsn reach = way.end(base.stop());
      Lsn begin = way.history().parts().getLast().from();
      if (reach.isBefore(begin)) {
        throw RecoveryTargetException.unreachable(
            "timeline %s begins at %s, and the WAL is missing from %s on"
                .formatted(way.timeline(), begin, reach),
            "What is there on timeline %s is reached with --timeline %s; see: holdfast window"
                .formatted(base.timeline(), base.timeline()));
      }
      warnOfGap(reach);
      return plan(base, target, true, reach);
    }

    private void warnOfGap(Lsn reach) {
      way.there().stream()
          .map(LsnRange::from)
          .filter(reach::isBefore)
          .findFirst()
          .ifPresent(
              from ->
                  warnings.add(
                      "the WAL has a gap from %s to %s: what was written after it is left out"
                          .formatted(reach, from)));
    }

    private RecoveryPlan toTime(RecoveryTarget.Time target, boolean inclusive) {
      Instant time = target.time();
      BasePoint base = last(is -> !time.isBefore(is.stopped()));
      if (base == null) {
        throw outside(
            target,
            "the earliest backup that may be used ended at " + earliest(),
            "The earliest moment is " + earliest());
      }
      Lsn reach = way.end(base.stop());
      Instant end = timeOf(base, reach);
      if (end == null || end.isBefore(time)) {
        BasePoint next = first(is -> is.stopped().isAfter(time));
        throw outside(
            target,
            "the WAL that is kept is complete up to " + (end == null ? reach : end),
            "Nearest before it: "
                + (end == null ? reach : end)
                + (next == null ? "" : "; nearest after it: " + next.stopped()));
      }
      return plan(base, target, inclusive, reach);
    }

    private Instant earliest() {
      return usable.getFirst().stopped();
    }

    private @Nullable Instant timeOf(BasePoint base, Lsn reach) {
      List<BasePoint> before =
          usable.stream()
              .filter(is -> !is.stop().isBefore(base.stop()) && !reach.isBefore(is.stop()))
              .toList();
      return new EndTime(log.archive(), warnings).of(way.history(), reach, before);
    }

    private RecoveryPlan toPosition(RecoveryTarget.Position target, boolean inclusive) {
      Lsn lsn = target.lsn();
      BasePoint base = last(is -> !lsn.isBefore(is.stop()));
      if (base == null) {
        throw outside(
            target,
            "the earliest backup that may be used stopped at " + usable.getFirst().stop(),
            "The earliest position is " + usable.getFirst().stop());
      }
      Lsn reach = way.end(base.stop());
      if (reach.isBefore(lsn)) {
        BasePoint next = first(is -> lsn.isBefore(is.stop()));
        throw outside(
            target,
            "the WAL that is kept has no gap up to " + reach,
            "Nearest before it: "
                + reach
                + (next == null ? "" : "; nearest after it: " + next.stop()));
      }
      return plan(base, target, inclusive, reach);
    }

    private RecoveryPlan toFound(RecoveryTarget target, boolean inclusive) {
      warnOfGap(way.end(usable.getLast().stop()));
      Lsn until = null;
      for (BasePoint base : usable.reversed()) {
        Lsn reach = way.end(base.stop());
        Lsn end = until == null || reach.isBefore(until) ? reach : until;
        if (base.stop().isBefore(end)) {
          Lsn record =
              new ScanWal(log.archive(), RecoveryPlan.formatOf(log.archive().log()), way.history())
                  .last(target, base.stop(), end);
          if (record != null) {
            return plan(base, new RecoveryTarget.Position(record), inclusive, reach);
          }
        }
        until = base.stop();
      }
      throw RecoveryTargetException.unreachable(
          "there is no "
              + target
              + " in the WAL that is kept, on the way to timeline "
              + way.timeline(),
          "Choose a time or a position instead; see: holdfast window");
    }

    private RecoveryPlan plan(BasePoint base, RecoveryTarget target, boolean inclusive, Lsn reach) {
      return new RecoveryPlan(
          log.archive(),
          base,
          way.history(),
          target,
          inclusive,
          reach,
          log.historyFiles(),
          true,
          log.timelines(bases).last(),
          warnings);
    }

    private interface Condition {
      boolean holds(BasePoint base);
    }

    private @Nullable BasePoint last(Condition condition) {
      return usable.reversed().stream().filter(condition::holds).findFirst().orElse(null);
    }

    private @Nullable BasePoint first(Condition condition) {
      return usable.stream().filter(condition::holds).findFirst().orElse(null);
    }

    private RecoveryTargetException outside(RecoveryTarget target, String why, String nearest) {
      return RecoveryTargetException.unreachable(
          target + " cannot be reached: " + why, nearest + "; see: holdfast window");
    }
  }
}
