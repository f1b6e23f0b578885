package io.holdfast.engine;

import io.holdfast.postgres.ClusterBackup;
import io.holdfast.postgres.ClusterReader;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.DirectClusterReader;
import io.holdfast.postgres.ReadOptions;
import io.holdfast.postgres.ReadProgress;
import io.holdfast.postgres.StreamClusterReader;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a PostgreSQL cluster. */
final class DatabaseReader implements SourceReader {
  private final SourceSettings.Postgresql source;
  private final Surroundings surroundings;
  private final ProgressListener progress;

  DatabaseReader(
      SourceSettings.Postgresql source, Surroundings surroundings, ProgressListener progress) {
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
    Instant started = surroundings.clock().instant();
    try {
      ClusterBackup backup =
          reader(session).read(session, previous == null ? null : previous.manifest());
      SourceRecord record =
          new SourceRecord(
              name(),
              SourceType.DATABASE,
              backup.manifest(),
              started,
              surroundings.clock().instant(),
              Map.of(
                  "relationPages", backup.relationPages(), "changedPages", backup.changedPages()),
              backup.warnings(),
              backup.warningCount(),
              backup.details().toMap());
      return new Outcome(
          record,
          new BackupRecord.Anchor(
              backup.details().span().stop().toString(), backup.details().span().stopTime()));
    } finally {
      progress.finished(name());
    }
  }

  private ClusterReader reader(BackupSession session) {
    ConnectionSettings server = DatabaseConnection.to(source, surroundings);
    ReadOptions options =
        new ReadOptions(
            "holdfast " + session.backup(),
            Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 16),
            surroundings.temporary(),
            new Steps(name(), progress));
    return switch (source.mode()) {
      case STREAM -> new StreamClusterReader(server, options);
      case DIRECT -> new DirectClusterReader(server, AskDataDirectory.of(source, server), options);
    };
  }

  /** Passes on what a cluster reports. */
  record Steps(String step, ProgressListener progress) implements ReadProgress {
    @Override
    public void expected(long bytes) {
      progress.started(step, bytes);
    }

    @Override
    public void read(long bytes) {
      progress.advanced(step, bytes);
    }
  }
}
