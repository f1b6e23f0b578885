package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recoverable window of one cluster, as a repository holds it, with times.
 *
 * @param branches where timelines left others, by timeline
 * @param warnings of histories that cannot be read, or that a timeline has two of
 */
public record ClusterWindow(
    WalLog log,
    List<TimedStretch> stretches,
    List<KnownGap> gaps,
    List<Branch> branches,
    List<String> warnings) {

  /**
   * A stretch, and the moments of its ends by the server's clock.
   *
   * @param to all commits up to then are in it; null where that is not known
   */
  public record TimedStretch(Stretch stretch, Instant from, @Nullable Instant to) {}

  /**
   * WAL that is not there, and what would close the gap.
   *
   * @param reason empty if nothing is known of it
   * @param first name of the first segment that would have to be stored
   * @param last name of the last one
   */
  public record KnownGap(Stretch.Gap gap, String reason, String first, String last) {}

  /** A timeline left another one at a position. */
  public record Branch(Timeline timeline, Timeline from, Lsn at) {}

  public ClusterWindow {
    stretches = List.copyOf(stretches);
    gaps = List.copyOf(gaps);
    branches = List.copyOf(branches);
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads it.
   *
   * @param bases the backups of the cluster
   */
  public static ClusterWindow read(WalArchive archive, Collection<BasePoint> bases) {
    ArchivedLog log = ArchivedLog.read(archive);
    List<String> warnings = new ArrayList<>(log.warnings());
    EndTime times = new EndTime(archive, warnings);
    RecoverableWindow window = log.window(bases);
    List<TimedStretch> stretches =
        window.stretches().stream().map(stretch -> timed(log, stretch, times)).toList();
    List<KnownGap> gaps = window.gaps().stream().map(gap -> known(archive, gap, warnings)).toList();
    return new ClusterWindow(archive.log(), stretches, gaps, branches(log), warnings);
  }

  private static KnownGap known(WalArchive archive, Stretch.Gap gap, List<String> warnings) {
    int segmentSize = archive.log().segmentSize();
    Lsn end = gap.missing().to();
    return new KnownGap(
        gap,
        archive
            .gapBehind(
                gap.next().id(),
                gap.missing().from().value(),
                end.value(),
                damaged -> warnings.add(String.valueOf(damaged.getMessage())))
            .orElse(""),
        WalSegmentName.containing(gap.timeline(), gap.missing().from(), segmentSize).toString(),
        WalSegmentName.containing(gap.next(), end.plus(-1), segmentSize).toString());
  }

  private static List<Branch> branches(ArchivedLog log) {
    return log.histories().values().stream()
        .filter(history -> !history.before().isEmpty())
        .map(
            history -> {
              TimelineHistory.Switch left = history.before().getLast();
              return new Branch(history.timeline(), left.from(), left.at());
            })
        .sorted(Comparator.comparing(Branch::timeline))
        .toList();
  }

  private static TimedStretch timed(ArchivedLog log, Stretch stretch, EndTime times) {
    return new TimedStretch(
        stretch,
        stretch.bases().getFirst().stopped(),
        times.of(log.history(stretch.timeline()), stretch.to(), stretch.bases()));
  }
}
