package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.BackupInLog;
import io.holdfast.postgres.ClusterBackup;
import io.holdfast.postgres.ClusterRestore;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.DirectClusterReader;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.ReadOptions;
import io.holdfast.postgres.ReadProgress;
import io.holdfast.postgres.RestoreOptions;
import io.holdfast.postgres.RestoredCluster;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.recovery.PlanRecovery;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.postgres.recovery.RecoveryStop;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.repository.BackupPlan;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Backups of the server, and recoveries from them with the WAL that was received. */
abstract class RecoveryFixture extends ReceiverFixture {
  private int places;

  /** One transaction, as its own server tells of it. */
  record Change(int id, long xid, Instant committed, Lsn before, Lsn behind) {}

  Change insert(int id) {
    return insert(cluster.server(), id);
  }

  static Change insert(LocalServer server, int id) {
    try (Connection session = TestCluster.connect(server, "postgres", "postgres");
        Statement statement = session.createStatement()) {
      Lsn before = Lsn.parse(value(statement, "SELECT pg_current_wal_insert_lsn()"));
      String xid =
          value(statement, "INSERT INTO n VALUES (" + id + ") RETURNING pg_current_xact_id()");
      Lsn behind = Lsn.parse(value(statement, "SELECT pg_current_wal_flush_lsn()"));
      String time =
          value(
              statement,
              "SELECT to_char(pg_xact_commit_timestamp('"
                  + xid
                  + "'::xid) AT TIME ZONE 'UTC',"
                  + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
      return new Change(id, Long.parseLong(xid), Instant.parse(time), before, behind);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static String value(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  void begin(int major) {
    begin(major, SEGMENT);
  }

  void begin(int major, int segmentSize) {
    cluster.close();
    cluster = newCluster(major, segmentSize);
    cluster.execute(
        "ALTER SYSTEM SET track_commit_timestamp = on", "CREATE TABLE n (id int PRIMARY KEY)");
    cluster.restart(LocalServer.StopMode.FAST);
  }

  BackupRecord backup() {
    return backup(cluster.socketSettings(), cluster.dataDirectory());
  }

  BackupRecord backup(ConnectionSettings server, Path data) {
    ReadOptions options = new ReadOptions("test", 3, temporary, ReadProgress.NONE);
    BackupPlan plan = new BackupPlan(BackupType.FULL, "test", null, List.of());
    try (BackupSession session = repository.startBackup(plan)) {
      ClusterBackup backup =
          new DirectClusterReader(server, BytePath.of(data.toString()), options)
              .read(session, null);
      Instant now = Instant.now();
      SourceRecord source =
          new SourceRecord(
              "main",
              SourceType.DATABASE,
              backup.manifest(),
              now,
              now,
              Map.of(),
              backup.warnings(),
              backup.warningCount(),
              backup.details().toMap());
      return session.commit(List.of(source), null);
    }
  }

  RecoveryPlan plan(RecoveryTarget target, boolean inclusive) {
    return plan(new RecoveryRequest(target, inclusive, null));
  }

  RecoveryPlan plan(RecoveryRequest request) {
    List<BasePoint> bases = new ArrayList<>();
    try (Stream<BackupRecord> backups = repository.backups().stream()) {
      backups.forEach(backup -> BackupInLog.of(backup).forEach(is -> bases.add(is.base())));
    }
    return new PlanRecovery(archive(), bases).plan(request);
  }

  /** A restored cluster that no server was started on yet. */
  record Restored(Path place, RecoveryStop stop, List<String> warnings) {}

  Restored restore(RecoveryPlan plan) {
    return restore(plan, cluster.dataDirectory().resolveSibling("recovered-" + places++));
  }

  Restored restore(RecoveryPlan plan, Path place) {
    SourceRecord source = repository.backups().find(plan.base().id()).sources().getFirst();
    RestoredCluster restored =
        new ClusterRestore(
                repository.manifest(source),
                repository.contents(),
                RestoreOptions.to(BytePath.of(place.toString())).withRecovery(plan))
            .run();
    return new Restored(place, restored.recovery().orElseThrow(), restored.warnings());
  }

  /** What a recovery to a target brings back: the ids, in order. */
  String recover(RecoveryTarget target, boolean inclusive) {
    return recover(new RecoveryRequest(target, inclusive, null));
  }

  String recover(RecoveryRequest request) {
    Restored restored = restore(plan(request));
    try (RestoredServer server = RestoredServer.start(cluster, restored.place())) {
      assertThat(server.server().logTail()).doesNotContain("FATAL");
      assertReached(server, restored.stop());
      return ids(server);
    }
  }

  static String ids(RestoredServer server) {
    return server.query(
        "postgres", "SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM n");
  }

  /** The server ended its recovery exactly where it was said to. */
  static void assertReached(RestoredServer server, RecoveryStop stop) {
    String history =
        server.query(
            "postgres",
            "SELECT pg_read_file('pg_wal/' || lpad(to_hex(timeline_id), 8, '0') || '.history')"
                + " FROM pg_control_checkpoint()");
    assertThat(history).contains(stop.timeline() + "\t" + stop.end() + "\t");
  }

  void await(RunningReceiver receiver, Lsn end) {
    Eventually.holds(() -> !receiver.stored().isBefore(end));
  }
}
