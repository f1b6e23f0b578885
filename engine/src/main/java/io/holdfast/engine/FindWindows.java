package io.holdfast.engine;

import io.holdfast.postgres.BackupInLog;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.postgres.window.ClusterWindow;
import io.holdfast.postgres.window.Stretch;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Repository;
import io.holdfast.repository.WalLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** From when to when the databases in a repository can be recovered. */
public final class FindWindows {
  private final Surroundings surroundings;

  public FindWindows(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * The window of one cluster.
   *
   * @param source its name in the configuration
   * @param system the number that initdb gave it
   * @param stretches of its past, to any moment of which it can be recovered
   * @param gaps in what is kept of its write-ahead log
   * @param branches where timelines left others
   */
  public record Window(
      String source,
      String system,
      int major,
      List<Reach> stretches,
      List<Gap> gaps,
      List<Branch> branches,
      List<String> warnings) {}

  /** A stretch, on a timeline, and the backups that it is reached from. */
  public record Reach(int timeline, Edge from, Edge to, List<String> backups) {}

  /**
   * An end of a stretch.
   *
   * @param time by the server's clock; at the later end: all commits up to then are in it
   */
  public record Edge(String lsn, Optional<Instant> time) {}

  /**
   * Write-ahead log that is not there.
   *
   * @param reason empty if nothing is known of it
   * @param segments the first and the last segment that would close it
   */
  public record Gap(
      int timeline, String from, String to, long bytes, String reason, List<String> segments) {
    public Gap {
      segments = List.copyOf(segments);
    }
  }

  /** A timeline left another one at a position. */
  public record Branch(int timeline, int from, String at) {}

  /** What was found, by the names of sources; and warnings of damaged records. */
  public record Found(List<Window> windows, List<String> warnings) {}

  /**
   * Looks for them.
   *
   * @param source the only one to look for; empty for all
   */
  public Found run(RepositorySettings settings, String source) {
    try (Repository repository = new OpenRepository(surroundings).open(settings)) {
      Map<WalLog, List<BasePoint>> clusters =
          new TreeMap<>(
              Comparator.comparing(WalLog::source)
                  .thenComparingInt(WalLog::major)
                  .thenComparingLong(WalLog::system)
                  .thenComparingInt(WalLog::segmentSize)
                  .thenComparingInt(WalLog::pageSize));
      repository.logs().logs().forEach(log -> clusters.put(log, new ArrayList<>()));
      try (Stream<BackupRecord> backups = repository.backups().stream()) {
        backups
            .flatMap(backup -> BackupInLog.of(backup).stream())
            .forEach(
                is -> clusters.computeIfAbsent(is.log(), log -> new ArrayList<>()).add(is.base()));
      }
      List<Window> windows =
          clusters.entrySet().stream()
              .filter(is -> source.isEmpty() || is.getKey().source().equals(source))
              .map(is -> ClusterWindow.read(repository.logs().open(is.getKey()), is.getValue()))
              .map(FindWindows::window)
              .toList();
      return new Found(windows, repository.warnings());
    }
  }

  private static Window window(ClusterWindow is) {
    return new Window(
        is.log().source(),
        Long.toUnsignedString(is.log().system()),
        is.log().major(),
        is.stretches().stream().map(FindWindows::reach).toList(),
        is.gaps().stream().map(FindWindows::gap).toList(),
        is.branches().stream()
            .map(left -> new Branch(left.timeline().id(), left.from().id(), left.at().toString()))
            .toList(),
        is.warnings());
  }

  private static Reach reach(ClusterWindow.TimedStretch timed) {
    Stretch stretch = timed.stretch();
    return new Reach(
        stretch.timeline().id(),
        new Edge(stretch.from().toString(), Optional.of(timed.from())),
        new Edge(stretch.to().toString(), Optional.ofNullable(timed.to())),
        stretch.bases().stream().map(BasePoint::id).toList());
  }

  private static Gap gap(ClusterWindow.KnownGap known) {
    Stretch.Gap gap = known.gap();
    return new Gap(
        gap.timeline().id(),
        gap.missing().from().toString(),
        gap.missing().to().toString(),
        gap.missing().length(),
        known.reason(),
        List.of(known.first(), known.last()));
  }
}
