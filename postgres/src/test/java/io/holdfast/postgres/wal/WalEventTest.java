package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.TestCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers of all versions write is read as they mean it. */
class WalEventTest {
  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void commitsDeletesPointsAndCheckpointsAreFound(int major) throws Exception {
    try (TestCluster cluster =
        TestCluster.of(major)
            .setting("track_commit_timestamp", "on")
            .setting("max_prepared_transactions", "5")
            .setting("autovacuum", "off")
            .setting("wal_keep_size", "1GB")
            .start()) {
      cluster.execute(
          "CREATE TABLE kept (id int PRIMARY KEY, name text)",
          "INSERT INTO kept SELECT i, 'row ' || i FROM generate_series(1, 5000) i",
          "CREATE TABLE emptied (id int)",
          "INSERT INTO emptied SELECT i FROM generate_series(1, 100) i",
          "CREATE TABLE parts (id int, region int) PARTITION BY LIST (region)",
          "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1)",
          "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2)",
          "INSERT INTO parts SELECT i, 1 FROM generate_series(1, 10) i",
          "CHECKPOINT");
      Lsn from = lsn(cluster, "SELECT redo_lsn FROM pg_control_checkpoint()");
      RelationId kept = ServerWal.relation(cluster, "kept");
      RelationId emptied = ServerWal.relation(cluster, "emptied");
      RelationId part = ServerWal.relation(cluster, "parts_1");

      long mass = transaction(cluster, "DELETE FROM kept WHERE id <= 3000");
      long nested =
          transaction(
              cluster,
              "DELETE FROM kept WHERE id = 3001",
              "SAVEPOINT one",
              "DELETE FROM kept WHERE id BETWEEN 3002 AND 3010",
              "RELEASE one",
              "SAVEPOINT two",
              "DELETE FROM kept WHERE id BETWEEN 3011 AND 3100",
              "ROLLBACK TO two");
      long moved = transaction(cluster, "UPDATE parts SET region = 2 WHERE id <= 4");
      long truncated = transaction(cluster, "TRUNCATE emptied");
      Lsn point = lsn(cluster, "SELECT pg_create_restore_point('before the release')");
      long rolledBack = rolledBack(cluster, "DELETE FROM kept WHERE id > 4000");
      cluster.execute("CREATE TABLE gone (id int)", "INSERT INTO gone VALUES (1)");
      RelationId gone = ServerWal.relation(cluster, "gone");
      long prepared = prepared(cluster, "DELETE FROM kept WHERE id = 3500", "DROP TABLE gone");
      cluster.execute("SELECT pg_logical_emit_message(true, 'p', repeat('x', 40000000))");
      cluster.execute("CHECKPOINT");
      Lsn redo = lsn(cluster, "SELECT redo_lsn FROM pg_control_checkpoint()");
      Lsn end = lsn(cluster, "SELECT pg_current_wal_flush_lsn()");

      List<WalEvent> events = new ArrayList<>();
      EndOfWal found =
          ServerWal.read(
              cluster,
              major,
              from,
              record -> {
                WalEvent event = WalEvent.of(record, major);
                if (event != null) {
                  events.add(event);
                }
              });
      assertThat(found.position()).as(found.what()).isGreaterThanOrEqualTo(end);
      assertThat(found.found()).isEqualTo(EndOfWal.Found.NOTHING);

      assertThat(deletes(events, List.of(mass), kept, false)).isEqualTo(3000);
      assertThat(deletes(events, List.of(moved), part, true)).isEqualTo(4);
      assertThat(deletes(events, List.of(rolledBack), kept, false)).isEqualTo(1000);
      assertThat(deletes(events, List.of(prepared), kept, false)).isEqualTo(1);
      WalEvent.Commit nestedEnd = commit(events, nested);
      List<Long> all = new ArrayList<>(nestedEnd.subtransactions());
      assertThat(all).hasSize(1);
      all.add(nested);
      assertThat(deletes(events, all, kept, false)).isEqualTo(10);
      assertThat(commit(events, truncated).dropped()).contains(emptied);
      assertThat(commit(events, prepared).dropped()).contains(gone);
      assertThat(commits(events, rolledBack)).isEmpty();
      assertThat(aborts(events)).contains(rolledBack);
      for (long xid : List.of(mass, nested, moved, truncated, prepared)) {
        assertThat(commit(events, xid).time())
            .as("commit of " + xid)
            .isEqualTo(committed(cluster, xid));
      }
      assertThat(events)
          .filteredOn(WalEvent.RestorePoint.class::isInstance)
          .singleElement()
          .satisfies(
              event -> {
                WalEvent.RestorePoint one = (WalEvent.RestorePoint) event;
                assertThat(one.name()).isEqualTo("before the release");
                assertThat(one.end()).isEqualTo(point);
              });
      assertThat(events)
          .filteredOn(WalEvent.Checkpoint.class::isInstance)
          .last()
          .satisfies(
              event -> {
                WalEvent.Checkpoint one = (WalEvent.Checkpoint) event;
                assertThat(one.redo()).isEqualTo(redo);
                assertThat(one.shutdown()).isFalse();
                assertThat(one.timeline()).isEqualTo(new Timeline(1));
                String time = "SELECT checkpoint_time FROM pg_control_checkpoint()";
                assertThat(one.time()).isEqualTo(instant(cluster, time));
              });
    }
  }

  private static long deletes(
      List<WalEvent> events, List<Long> xids, RelationId relation, boolean moved) {
    return events.stream()
        .filter(
            event ->
                event instanceof WalEvent.Delete delete
                    && xids.contains(delete.xid())
                    && delete.relation().equals(relation)
                    && delete.moved() == moved)
        .count();
  }

  private static List<WalEvent.Commit> commits(List<WalEvent> events, long xid) {
    return events.stream()
        .filter(WalEvent.Commit.class::isInstance)
        .map(WalEvent.Commit.class::cast)
        .filter(commit -> commit.xid() == xid)
        .toList();
  }

  private static WalEvent.Commit commit(List<WalEvent> events, long xid) {
    List<WalEvent.Commit> all = commits(events, xid);
    assertThat(all).as("commits of " + xid).hasSize(1);
    assertThat(all.getFirst().complete()).isTrue();
    return all.getFirst();
  }

  private static List<Long> aborts(List<WalEvent> events) {
    return events.stream()
        .filter(WalEvent.Abort.class::isInstance)
        .map(event -> ((WalEvent.Abort) event).xid())
        .toList();
  }

  private static long transaction(TestCluster cluster, String... statements) throws SQLException {
    return inTransaction(cluster, Connection::commit, statements);
  }

  private static long rolledBack(TestCluster cluster, String statement) throws SQLException {
    return inTransaction(cluster, Connection::rollback, statement);
  }

  private static long prepared(TestCluster cluster, String... statements) throws SQLException {
    long xid =
        inTransaction(
            cluster,
            connection -> {
              try (Statement sql = connection.createStatement()) {
                sql.execute("PREPARE TRANSACTION 'two'");
              }
            },
            statements);
    cluster.execute("COMMIT PREPARED 'two'");
    return xid;
  }

  private interface Ending {
    void of(Connection connection) throws SQLException;
  }

  private static long inTransaction(TestCluster cluster, Ending ending, String... statements)
      throws SQLException {
    try (Connection connection = cluster.superuser();
        Statement sql = connection.createStatement()) {
      connection.setAutoCommit(false);
      long xid;
      try (ResultSet rows =
          sql.executeQuery("SELECT pg_current_xact_id()::text::bigint % 4294967296")) {
        rows.next();
        xid = rows.getLong(1);
      }
      for (String statement : statements) {
        sql.execute(statement);
      }
      ending.of(connection);
      return xid;
    }
  }

  private static Instant committed(TestCluster cluster, long xid) {
    return instant(cluster, "SELECT pg_xact_commit_timestamp('" + xid + "'::xid)");
  }

  private static Instant instant(TestCluster cluster, String sql) {
    try (Connection connection = cluster.superuser();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getObject(1, OffsetDateTime.class).toInstant();
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static Lsn lsn(TestCluster cluster, String sql) {
    return Lsn.parse(cluster.query(sql));
  }
}
