package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.BackupPlan;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.Manifest;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.TestRepository;
import io.holdfast.storage.MemoryStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cluster, a repository in memory, and what goes back and forth between them. */
final class BackupScene implements AutoCloseable {
  private final TestCluster cluster;
  private final Path directory;
  private final Repository repository;
  private @Nullable SourceRecord last;
  private int restored;

  /**
   * @param directory for temporary files
   */
  BackupScene(TestCluster cluster, Path directory) {
    this.cluster = cluster;
    this.directory = directory;
    this.repository = TestRepository.open(new MemoryStore(), directory);
  }

  /** Backs the cluster up by reading its directory, compared with the backup before, if any. */
  ClusterBackup backup() {
    return backup(
        new DirectClusterReader(
            cluster.socketSettings(), BytePath.of(cluster.dataDirectory().toString()), options()));
  }

  ReadOptions options() {
    return new ReadOptions("test", 3, directory, ReadProgress.NONE);
  }

  /** Backs a cluster up, compared with the backup before, if any. */
  ClusterBackup backup(ClusterReader reader) {
    SourceRecord before = last;
    BackupType type = before == null ? BackupType.FULL : BackupType.INCREMENTAL;
    Manifest previous = before == null ? null : repository.manifest(before);
    BackupPlan plan = new BackupPlan(type, "test", null, List.of());
    try (BackupSession session = repository.startBackup(plan)) {
      ClusterBackup backup = reader.read(session, previous);
      Instant now = Instant.now();
      SourceRecord source =
          new SourceRecord(
              "cluster",
              SourceType.DATABASE,
              backup.manifest(),
              now,
              now,
              Map.of("changedPages", backup.changedPages()),
              backup.warnings(),
              backup.warningCount(),
              backup.details().toMap());
      BackupRecord record = session.commit(List.of(source), null);
      last = record.sources().getFirst();
      return backup;
    }
  }

  Repository repository() {
    return repository;
  }

  /** The entries of the last backup. */
  Manifest manifest() {
    return repository.manifest(last());
  }

  /** What the record of the last backup says about the cluster, as it is read from storage. */
  Map<String, Object> details() {
    return repository.backups().latest(_ -> true).orElseThrow().sources().getFirst().details();
  }

  private SourceRecord last() {
    if (last == null) {
      throw new IllegalStateException("there is no backup");
    }
    return last;
  }

  /** A place beside the cluster where nothing is yet. */
  Path newPlace() {
    return cluster.dataDirectory().resolveSibling("restored-" + restored++);
  }

  /** Restores the last backup; its files belong to the cluster's account. */
  RestoredCluster restore(RestoreOptions options) {
    return clusterRestore(options).run();
  }

  /** A restore of the last backup that has not begun. */
  ClusterRestore clusterRestore(RestoreOptions options) {
    return new ClusterRestore(manifest(), repository.contents(), options);
  }

  /** Restores the last backup to a new place and starts a server there. */
  RestoredServer restoreAndStart() {
    Path place = newPlace();
    RestoreOptions options = RestoreOptions.to(BytePath.of(place.toString()));
    restore(options);
    return start(place);
  }

  /** Starts a server on what was restored, and waits until it is through with recovery. */
  RestoredServer start(Path place) {
    return RestoredServer.start(cluster, place);
  }

  @Override
  public void close() {
    repository.close();
  }
}
