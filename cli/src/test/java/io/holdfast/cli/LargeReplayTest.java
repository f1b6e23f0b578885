package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.LocalServerStart;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gigabytes of log between the backup and the moment; how fast is in docs/performance.md. */
@Tag("slow")
class LargeReplayTest {
  private static final long LOG = 5L << 30;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String CONTENTS =
      "SELECT concat_ws(' ', count(*), sum(n), sum(hashint4(id) # n)) FROM counters";

  @TempDir Path root;

  @Test
  void fiveGigabytesOfLogAreRecovered() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).setting("max_wal_size", "1GB").start()) {
      cluster.execute(
          "CREATE TABLE counters (id int PRIMARY KEY, n int, filler text) WITH (fillfactor = 50)",
          "INSERT INTO counters SELECT i, 0, repeat('x', 300) FROM generate_series(1, 300000) i");
      LaunchedCommand program = new LaunchedCommand(root, new Random());
      program.setUp(cluster.server().socket().resolveSibling(""));
      Process receiver = program.start("wal", "receive");
      try {
        await(() -> cluster.query("SELECT count(*) FROM pg_replication_slots").equals("1"));
        assertThat(program.run("backup").code()).isZero();
        Lsn begin = flushed(cluster);
        while (flushed(cluster).minus(begin) < LOG) {
          cluster.execute("UPDATE counters SET n = n + 1");
        }
        Lsn end = flushed(cluster);
        await(() -> !reach(program).isBefore(end));
        String contents = cluster.query(CONTENTS);
        Path place = cluster.newDirectory("recovered").resolve("data");
        CommandRun restored =
            program.run(
                "restore", "--at", "latest", "--source", "database", "--to", place.toString());
        assertThat(restored.code()).as(restored.err()).isZero();
        try (LocalServer server =
            LocalServerStart.of(cluster.server().binaries(), cluster.account(), place)
                .with("fsync", "off")
                .withLimit(LIMIT)
                .start()) {
          await(() -> query(server, "SELECT pg_is_in_recovery()").equals("f"));
          assertThat(query(server, CONTENTS)).isEqualTo(contents);
        }
      } finally {
        receiver.destroyForcibly();
      }
    }
  }

  private static String query(LocalServer server, String sql) {
    try (Connection session = TestCluster.connect(server, "postgres", "postgres");
        Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static Lsn flushed(TestCluster cluster) {
    return Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
  }

  private static Lsn reach(LaunchedCommand program) {
    JsonNode window =
        JsonMapper.shared().readTree(program.run("window", "--json").out()).get("windows").get(0);
    return Lsn.parse(window.get("stretches").get(0).get("to").get("lsn").asString());
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    }
  }
}
