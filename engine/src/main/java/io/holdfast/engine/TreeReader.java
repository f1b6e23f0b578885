package io.holdfast.engine;

import io.holdfast.files.PreviousTree;
import io.holdfast.files.TreeBackup;
import io.holdfast.files.TreeBackupOptions;
import io.holdfast.files.TreeBackupResult;
import io.holdfast.files.TreeFilter;
import io.holdfast.files.TreeProgress;
import io.holdfast.files.TreeWarning;
import io.holdfast.posix.BytePath;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a tree of files, or of configuration. */
final class TreeReader implements SourceReader {
  private final SourceSettings.Tree source;
  private final Surroundings surroundings;
  private final ProgressListener progress;

  TreeReader(SourceSettings.Tree source, Surroundings surroundings, ProgressListener progress) {
    this.source = source;
    this.surroundings = surroundings;
    this.progress = progress;
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public Outcome read(BackupSession session, @Nullable Previous previous, boolean trustUnchanged) {
    progress.started(name(), previous == null ? 0 : previous.manifest().ref().bytes());
    try {
      Instant started = surroundings.clock().instant();
      PreviousTree unchanged =
          previous == null || !trustUnchanged
              ? null
              : new PreviousTree(previous.manifest(), previous.record().started());
      TreeBackupResult result =
          new TreeBackup(session, options(), new TreeSteps(name(), progress))
              .run(BytePath.of(source.path().toString()), unchanged);
      return new Outcome(record(result, started), null);
    } finally {
      progress.finished(name());
    }
  }

  private TreeBackupOptions options() {
    return TreeBackupOptions.defaults()
        .withFilter(filter(source))
        .withOneFileSystem(source.oneFileSystem())
        .withSpool(surroundings.temporary());
  }

  static TreeFilter filter(SourceSettings.Tree source) {
    return TreeFilter.of(patterns(source.include()), patterns(source.exclude()));
  }

  private static List<BytePath> patterns(List<String> patterns) {
    return patterns.stream().map(BytePath::of).toList();
  }

  private SourceRecord record(TreeBackupResult result, Instant started) {
    Map<String, Long> statistics = new LinkedHashMap<>();
    statistics.put("files", result.files());
    statistics.put("directories", result.directories());
    statistics.put("others", result.others());
    statistics.put("filesRead", result.filesRead());
    statistics.put("filesUnchanged", result.filesUnchanged());
    statistics.put("filesLinked", result.filesLinked());
    statistics.put("notices", result.warnings().notices());
    return new SourceRecord(
        name(),
        source.configuration() ? SourceType.CONFIG : SourceType.FILES,
        result.manifest(),
        started,
        surroundings.clock().instant(),
        statistics,
        result.warnings().first().stream()
            .filter(warning -> !warning.kind().isNotice())
            .map(TreeWarning::toString)
            .toList(),
        result.warnings().total(),
        Map.of("path", source.path().toString()));
  }

  /** Passes on what a tree reports. */
  record TreeSteps(String step, ProgressListener progress) implements TreeProgress {
    @Override
    public void entries(long count) {}

    @Override
    public void bytes(long count) {
      progress.advanced(step, count);
    }
  }
}
