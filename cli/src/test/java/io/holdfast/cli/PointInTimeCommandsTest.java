package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Points are named, and databases recovered to them and to other moments, by commands. */
class PointInTimeCommandsTest {
  @TempDir Path root;
  private TestCluster cluster;
  private LaunchedCommand program;
  private Process receiver;

  @BeforeEach
  void begin() throws Exception {
    cluster = TestCluster.of(18).start();
    cluster.execute("CREATE TABLE n (id int PRIMARY KEY)");
    program = new LaunchedCommand(root, new Random());
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.createDirectories(root.resolve("tree"));
    Files.writeString(root.resolve("tree/file"), "content");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources:
          database: {type: postgresql, host: %s, wal: {spool: spool, seal-seconds: 1}}
          uploads: {type: files, path: tree}
        policies: {all: {repository: main, sources: [database, uploads]}}
        """
            .formatted(cluster.server().socket().getParent()));
    succeeds("init", "--no-recovery-kit");
    receiver = program.start("wal", "receive");
    Eventually.holds(() -> cluster.query("SELECT count(*) FROM pg_replication_slots").equals("1"));
    insert(1);
    succeeds("backup");
    insert(2);
  }

  @AfterEach
  void end() {
    if (receiver != null) {
      receiver.destroyForcibly();
    }
    cluster.close();
  }

  private void insert(int id) {
    cluster.execute("INSERT INTO n VALUES (" + id + ")");
  }

  private CommandRun succeeds(String... command) throws Exception {
    CommandRun run = program.run(command);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private void fails(int code, String message, String... command) throws Exception {
    CommandRun run = program.run(command);
    assertThat(run.err()).contains(message);
    assertThat(run.code()).isEqualTo(code);
  }

  private void awaitStored() throws IOException {
    Lsn flushed = Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
    Eventually.holds(() -> !reach("database").isBefore(flushed));
  }

  private Lsn reach(String source) {
    try {
      JsonNode windows =
          JsonMapper.shared().readTree(succeeds("window", "--source", source, "--json").out());
      return Lsn.parse(
          windows.get("windows").get(0).get("stretches").get(0).get("to").get("lsn").asString());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private String idsAt(String target, String... more) throws Exception {
    Path place = cluster.newDirectory("at" + System.nanoTime()).resolve("data");
    String[] command =
        new String[] {
          "restore", "--json", "--source", "database", "--to", place.toString(), "--at", target
        };
    String[] all = java.util.Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    JsonNode restored = JsonMapper.shared().readTree(succeeds(all).out());
    JsonNode recovery = restored.get("sources").get(0).get("recovery");
    assertThat(recovery.get("timeline").asInt()).isEqualTo(1);
    assertThat(Instant.parse(recovery.get("lastCommit").asString())).isBefore(Instant.now());
    try (RestoredServer server = RestoredServer.start(cluster, place)) {
      return server.query("postgres", "SELECT string_agg(id::text, ' ' ORDER BY id) FROM n");
    }
  }

  @Test
  void aNamedPointIsRecoveredTo() throws Exception {
    JsonNode point =
        JsonMapper.shared().readTree(succeeds("point", "before-three", "--json").out());
    assertThat(point.get("name").asString()).isEqualTo("before-three");
    insert(3);
    awaitStored();
    assertThat(idsAt("point:before-three")).isEqualTo("[1 2]");
    assertThat(idsAt(point.get("lsn").asString(), "--exclusive")).isEqualTo("[1 2]");
    assertThat(idsAt("latest")).isEqualTo("[1 2 3]");
    assertThat(idsAt(point.get("time").asString())).isEqualTo("[1 2]");
  }

  @Test
  void whatMakesNoSenseIsRefusedAndNothingIsWritten() throws Exception {
    awaitStored();
    String[] restore = {"restore", "--to", root.resolve("no").toString(), "--at"};
    fails(2, "is not given", "restore", "--to", root.resolve("no").toString(), "--exclusive");
    fails(2, "does not say in which zone", with(restore, "2026-11-26 14:30:00"));
    fails(2, "only databases are recovered", with(restore, "latest", "--source", "uploads"));
    fails(4, "may be used ended at", with(restore, "2020-01-01 00:00:00Z"));
    fails(4, "complete up to", with(restore, "2120-01-01 00:00:00Z"));
    fails(4, "nothing is known of timeline 9", with(restore, "latest", "--timeline", "9"));
    fails(4, "there is no point nowhere", with(restore, "nowhere", "--source", "database"));
    fails(2, "is no name of a restore point", "point", "");
    assertThat(root.resolve("no")).doesNotExist();
  }

  private static String[] with(String[] command, String... more) {
    String[] all = java.util.Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    return all;
  }

  @Test
  void whatWasStoredIsListedAsATransactionBackup() throws Exception {
    awaitStored();
    receiver.destroy();
    assertThat(program.await(receiver).code()).isEqualTo(143);
    assertThat(succeeds("backups").out()).doesNotContain("transaction");
    JsonNode last =
        JsonMapper.shared()
            .readTree(succeeds("backups", "--transactions", "--json").out())
            .get("backups")
            .valueStream()
            .filter(backup -> backup.get("type").asString().equals("transaction"))
            .reduce((one, other) -> other)
            .orElseThrow();
    assertThat(last.get("size").asLong()).isPositive();
    assertThat(last.get("storedBytes").asLong()).isPositive();
    JsonNode source = last.get("sources").get(0);
    assertThat(source.get("name").asString()).isEqualTo("database");
    assertThat(source.get("type").asString()).isEqualTo("logs");
    assertThat(Lsn.parse(source.get("details").get("to").asString()))
        .isEqualTo(Lsn.parse(last.get("anchor").get("lsn").asString()));
    assertThat(succeeds("restore", "--to", root.resolve("newest").toString()).out())
        .as("they are no backups to restore")
        .contains("uploads");
  }

  @Test
  void severalDatabasesAreRecoveredToTheSameTime() throws Exception {
    try (TestCluster second = TestCluster.of(17).start()) {
      second.execute("CREATE TABLE n (id int PRIMARY KEY)");
      Files.writeString(
          root.resolve("holdfast.yaml"),
          """
          version: 1
          repositories: {main: {path: repository, passphrase: "file:passphrase"}}
          sources:
            database: {type: postgresql, host: %s, wal: {spool: spool, seal-seconds: 1}}
            second: {type: postgresql, host: %s, wal: {spool: spool, seal-seconds: 1}}
          policies: {all: {repository: main, sources: [database, second]}}
          """
              .formatted(
                  cluster.server().socket().getParent(), second.server().socket().getParent()));
      Process other = program.start("wal", "receive", "--source", "second");
      try {
        Eventually.holds(
            () -> second.query("SELECT count(*) FROM pg_replication_slots").equals("1"));
        succeeds("backup");
        insert(3);
        second.execute("INSERT INTO n VALUES (1)");
        String moment = second.query("SELECT clock_timestamp() AT TIME ZONE 'UTC'") + "Z";
        insert(4);
        second.execute("INSERT INTO n VALUES (2)");
        awaitStored();
        Lsn flushed = Lsn.parse(second.query("SELECT pg_current_wal_flush_lsn()"));
        Eventually.holds(() -> !reach("second").isBefore(flushed));
        Path first = cluster.newDirectory("first").resolve("all");
        succeeds("restore", "--to", first.toString(), "--at", moment);
        assertThat(newest(cluster, first.resolve("database"))).isEqualTo("[3]");
        assertThat(newest(second, first.resolve("second"))).isEqualTo("[1]");
        fails(2, "is one of a single database", "restore", "--to", "/no", "--at", "0/5000000");
      } finally {
        other.destroyForcibly();
      }
    }
  }

  private static String newest(TestCluster source, Path place) {
    try (RestoredServer server = RestoredServer.start(source, place)) {
      return server.query("postgres", "SELECT max(id) FROM n");
    }
  }

  @Test
  void theLogIsVerifiedDownToItsRecords() throws Exception {
    awaitStored();
    JsonNode log =
        JsonMapper.shared()
            .readTree(succeeds("verify", "--level", "wal", "--json").out())
            .get("logs")
            .get(0);
    assertThat(log.get("records").asLong()).isPositive();
    assertThat(log.get("pieces").asLong()).isPositive();
    assertThat(succeeds("verify").out()).contains("the log of database");
  }
}
