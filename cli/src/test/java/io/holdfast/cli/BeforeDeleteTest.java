package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A database is recovered to just before a row was deleted, whatever happened to it before. */
class BeforeDeleteTest {
  @TempDir Path root;
  private TestCluster cluster;
  private LaunchedCommand program;
  private Process receiver;

  @SuppressWarnings("NullAway.Init") // each test begins with it
  BeforeDeleteTest() {}

  private void begin(int major) throws Exception {
    cluster = TestCluster.of(major).start();
    cluster.execute(
        "CREATE TABLE projects (id int PRIMARY KEY, name text)",
        "INSERT INTO projects SELECT i, 'project ' || i FROM generate_series(1, 500) i",
        "CREATE TABLE parts (region text, number int, note text, PRIMARY KEY (region, number))"
            + " PARTITION BY LIST (region)",
        "CREATE TABLE parts_north PARTITION OF parts FOR VALUES IN ('north')",
        "CREATE TABLE parts_south PARTITION OF parts FOR VALUES IN ('south')",
        "INSERT INTO parts SELECT 'north', i, 'n' FROM generate_series(1, 50) i",
        "CREATE TABLE plain (a int)",
        "CREATE DATABASE app");
    program = new LaunchedCommand(root, new Random());
    program.setUp(cluster.server().socket().resolveSibling(""));
    receiver = program.start("wal", "receive");
    Eventually.holds(() -> cluster.query("SELECT count(*) FROM pg_replication_slots").equals("1"));
    backUp();
  }

  private void backUp() {
    CommandRun run = program.run("backup");
    assertThat(run.code()).as(run.err()).isZero();
  }

  @AfterEach
  void end() {
    if (receiver != null) {
      receiver.destroyForcibly();
    }
    cluster.close();
  }

  private void awaitStored() {
    cluster.execute("INSERT INTO projects VALUES (100000 + (random() * 1e8)::int, 'later')");
    Lsn flushed = Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
    Eventually.holds(() -> !reach().isBefore(flushed));
  }

  private Lsn reach() {
    return Lsn.parse(
        JsonMapper.shared()
            .readTree(program.run("window", "--json").out())
            .get("windows")
            .get(0)
            .get("stretches")
            .get(0)
            .get("to")
            .get("lsn")
            .asString());
  }

  private CommandRun restore(Path place, String row, String more) {
    return program.run(
        "restore",
        "--before-delete",
        row,
        "--postgres-bin",
        cluster.server().binaries().directory().toString(),
        "--to",
        place.toString(),
        more);
  }

  private String recovered(String row, String query) throws Exception {
    awaitStored();
    Path place = cluster.newDirectory("at" + System.nanoTime()).resolve("data");
    boolean json = row.equals("projects:7"); // either way tells of the deletion
    CommandRun run = restore(place, row, json ? "--json" : "--timeline=1");
    assertThat(run.code()).as(run.err()).isZero();
    if (json) {
      JsonNode deletion = JsonMapper.shared().readTree(run.out()).get("deletion");
      assertThat(deletion.get("xid").asLong()).isPositive();
      assertThat(Instant.parse(deletion.get("time").asString())).isBefore(Instant.now());
    } else {
      assertThat(run.out()).contains("was deleted by transaction");
    }
    assertThat(place.resolveSibling("data.scratch")).doesNotExist();
    try (RestoredServer server = RestoredServer.start(cluster, place)) {
      return server.query("postgres", query);
    }
  }

  private void refused(String row, String message) throws IOException {
    Path place = cluster.newDirectory("no" + System.nanoTime()).resolve("data");
    CommandRun run = restore(place, row, "--timeline=1");
    assertThat(run.err()).contains(message).hasLineCount(1);
    assertThat(run.code()).isNotZero();
    assertThat(place).doesNotExist();
    assertThat(place.resolveSibling("data.scratch")).doesNotExist();
  }

  @Test
  void aRowIsFollowedThroughItsVersionsToItsDeletion() throws Exception {
    begin(18);
    followThroughVersions();
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17})
  void aRowIsFollowedOnOlderServers(int major) throws Exception {
    begin(major);
    followThroughVersions();
  }

  private void followThroughVersions() throws Exception {
    cluster.execute(
        "UPDATE projects SET name = 'renamed' WHERE id = 7", // in its page
        "UPDATE projects SET name = repeat('long ', 1000) WHERE id = 7", // into another
        "BEGIN; DELETE FROM projects WHERE id = 7; ROLLBACK",
        "VACUUM projects",
        "DELETE FROM projects WHERE id = 8",
        "UPDATE projects SET name = 'the last name' WHERE id = 7",
        "BEGIN; UPDATE projects SET name = 'never' WHERE id = 7; SAVEPOINT s;"
            + " DELETE FROM projects WHERE id IN (7, 9); RELEASE s; COMMIT",
        "DELETE FROM projects WHERE id = 10");
    assertThat(
            recovered(
                "projects:7",
                "SELECT string_agg(id || ' ' || name, ', ' ORDER BY id) FROM projects"
                    + " WHERE id BETWEEN 7 AND 10"))
        .isEqualTo("[7 the last name, 9 project 9, 10 project 10]");
  }

  @Test
  void aRowThatCameAfterTheBackupIsFoundByItsKey() throws Exception {
    begin(18);
    findByKey();
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17})
  void aRowThatCameAfterTheBackupIsFoundOnOlderServers(int major) throws Exception {
    begin(major);
    findByKey();
  }

  /** Its page is in the record of its insertion, and in the end it was there three times. */
  private void findByKey() throws Exception {
    cluster.execute(
        "DELETE FROM projects WHERE id = 7",
        "BEGIN; INSERT INTO projects VALUES (7, 'never'); ROLLBACK",
        "INSERT INTO projects VALUES (7, 'again')",
        "DELETE FROM projects WHERE id = 7",
        "CHECKPOINT",
        "BEGIN; SAVEPOINT s; INSERT INTO projects VALUES (7, 'once more');"
            + " UPDATE projects SET name = 'the last' WHERE id = 7; RELEASE s; COMMIT",
        "INSERT INTO projects VALUES (777, 'before')",
        "DELETE FROM projects WHERE id = 7",
        "INSERT INTO projects VALUES (778, 'after')",
        "BEGIN; INSERT INTO projects VALUES (7, 'seen by nobody');"
            + " DELETE FROM projects WHERE id = 7; COMMIT");
    assertThat(
            recovered(
                "projects:7",
                "SELECT string_agg(name, ', ' ORDER BY id) FROM projects WHERE id IN (7, 777, 778)"))
        .isEqualTo("[the last, before]");
  }

  @Tag("slow")
  @Test
  void aRowIsFoundInAPartitionThatCameAfterTheBackup() throws Exception {
    begin(18);
    cluster.execute(
        "CREATE TABLE others (region text, number int)",
        "INSERT INTO others VALUES ('west', 1)",
        "DELETE FROM others",
        "CREATE TABLE parts_west PARTITION OF parts FOR VALUES IN ('west')",
        "INSERT INTO parts VALUES ('west', 1, 'the one'), ('west', 2, 'another')",
        "INSERT INTO others VALUES ('west', 1)",
        "DELETE FROM parts WHERE number = 1 AND region = 'west'",
        "DELETE FROM parts WHERE region = 'west'",
        "DELETE FROM others");
    assertThat(
            recovered(
                "parts:west,1",
                "SELECT string_agg(note, ', ' ORDER BY number) FROM parts WHERE region = 'west'"))
        .isEqualTo("[the one, another]");
  }

  @Tag("slow")
  @Test
  void aTableThatWasRewrittenIsLookedIntoAgain() throws Exception {
    begin(18);
    cluster.execute(
        "DELETE FROM projects WHERE id < 5",
        "VACUUM FULL projects",
        "UPDATE projects SET name = 'moved' WHERE id = 20",
        "DELETE FROM projects WHERE id = 20");
    backUp(); // it is gone by then: an older backup has it
    assertThat(recovered("postgres/public.projects:20", "SELECT name FROM projects WHERE id = 20"))
        .isEqualTo("[moved]");
  }

  @Tag("slow")
  @Test
  void aTableThatWasEmptiedLostItsRowsThen() throws Exception {
    begin(18);
    cluster.execute("UPDATE projects SET name = 'x' WHERE id = 1", "TRUNCATE projects");
    assertThat(recovered("projects:1", "SELECT count(*), min(name) FROM projects"))
        .isEqualTo("[500, project 10]");
    assertThat(recovered("projects:2", "SELECT name FROM projects WHERE id = 1")).isEqualTo("[x]");
  }

  @Tag("slow")
  @Test
  void whatWentToAnotherPartitionIsNoRowOfThisKeyAnyMore() throws Exception {
    begin(18);
    cluster.execute(
        "DELETE FROM parts WHERE number = 4",
        "UPDATE parts SET region = 'south', note = 's' WHERE number = 3",
        "DELETE FROM parts WHERE number = 5");
    assertThat(
            recovered(
                "parts:north,3",
                "SELECT string_agg(region || number, ' ' ORDER BY number) FROM parts"
                    + " WHERE number IN (3, 4, 5)"))
        .isEqualTo("[north3 north5]");
  }

  @Tag("slow")
  @Test
  void theKeyOfThatTimeCountsAndDroppedDatabasesAreTold() throws Exception {
    begin(18);
    cluster.execute(
        "CREATE DATABASE shop",
        "ALTER TABLE projects DROP CONSTRAINT projects_pkey, ALTER name SET NOT NULL,"
            + " ADD PRIMARY KEY (name)",
        "DELETE FROM projects WHERE id = 40",
        "DELETE FROM projects WHERE name = 'later'");
    assertThat(recovered("projects:40", "SELECT name FROM projects WHERE id = 40"))
        .isEqualTo("[project 40]");
    try (Connection session = cluster.connect("postgres", "app");
        Statement statement = session.createStatement()) {
      statement.execute("CREATE TABLE items (id int PRIMARY KEY)");
      statement.execute("INSERT INTO items VALUES (1)");
    }
    backUp();
    cluster.execute("DROP DATABASE app", "DELETE FROM projects WHERE name = 'later'");
    awaitStored();
    refused("app/items:1", "the database of app/items:1 was dropped by transaction");
  }

  /** Its delete is in the log before the backup's stop, its commit behind it. */
  @Test
  void aTransactionThatRanThroughTheBackupIsFound() throws Exception {
    begin(18);
    try (Connection session = cluster.superuser();
        Statement statement = session.createStatement()) {
      session.setAutoCommit(false);
      statement.execute("DELETE FROM projects WHERE id = 30");
      backUp();
      cluster.execute("UPDATE projects SET name = 'before' WHERE id = 31");
      session.commit();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    cluster.execute("UPDATE projects SET name = 'after' WHERE id = 31");
    assertThat(
            recovered(
                "projects:30",
                "SELECT string_agg(name, ', ' ORDER BY id) FROM projects WHERE id IN (30, 31)"))
        .isEqualTo("[project 30, before]");
  }

  @Test
  void whatCannotBeFoundIsToldAndNothingIsWritten() throws Exception {
    begin(18);
    awaitStored();
    refused("projects:1", "still there");
    refused("projects:9999", "no backup has the row projects:9999, nor was it made behind one");
    refused("app/projects:1", "no backup has a table projects");
    refused("plain:1", "no primary key");
    refused("projects:x", "no value of the key");
    refused("public.\"Projects\":1", "no backup has a table public.\"Projects\". Write it like");
    refused("We.ird.T:1", "We.ird.T is no name of a table");
    for (String malformed : List.of("projects", ":1", "projects:", "")) {
      refused(malformed, "TABLE:KEY");
    }
  }
}
