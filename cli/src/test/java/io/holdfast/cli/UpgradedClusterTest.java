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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * After an upgrade another cluster is at the address of a database: of a later major version, with
 * another system identifier, and a log that begins anew.
 */
class UpgradedClusterTest {
  @TempDir Path root;
  private TestCluster before;
  private TestCluster after;
  private LaunchedCommand program;
  private Process receiver;

  @BeforeEach
  void begin() throws Exception {
    before = TestCluster.of(17).start();
    after = TestCluster.of(18).start();
    before.execute("CREATE TABLE n (id int)");
    after.execute("CREATE TABLE n (id int)");
    program = new LaunchedCommand(root, new Random());
    lead(before);
    program.setUp(root.resolve("socket"));
    receiver = program.start("wal", "receive");
    awaitSlot(before);
  }

  /** The address of the database leads there. */
  private void lead(TestCluster cluster) throws IOException {
    Path link = root.resolve("socket");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, cluster.server().socket().getParent());
  }

  private static void awaitSlot(TestCluster cluster) {
    Eventually.holds(
        () -> cluster.query("SELECT count(*) FROM pg_replication_slots WHERE active").equals("1"));
  }

  @AfterEach
  void end() {
    receiver.destroyForcibly();
    after.close();
    before.close();
  }

  private CommandRun succeeds(String... command) {
    CommandRun run = program.run(command);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private void awaitStored(TestCluster cluster, int major) {
    Lsn flushed = Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
    Eventually.holds(() -> !reach(major).isBefore(flushed));
  }

  private Lsn reach(int major) {
    for (JsonNode window :
        JsonMapper.shared().readTree(succeeds("window", "--json").out()).get("windows")) {
      if (window.get("major").asInt() == major) {
        return Lsn.parse(window.get("stretches").get(0).get("to").get("lsn").asString());
      }
    }
    return Lsn.NONE;
  }

  private String idsAt(String target, TestCluster cluster) throws IOException {
    Path place = cluster.newDirectory("at" + System.nanoTime()).resolve("data");
    succeeds("restore", "--source", "database", "--to", place.toString(), "--at", target);
    assertThat(place.resolve("PG_VERSION"))
        .hasContent(Integer.toString(cluster.server().binaries().major()));
    try (RestoredServer server = RestoredServer.start(cluster, place)) {
      return server.query("postgres", "SELECT string_agg(id::text, ' ' ORDER BY id) FROM n");
    }
  }

  private static Instant now(TestCluster cluster) {
    return Instant.parse(
        cluster.query(
            "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',"
                + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"));
  }

  @Test
  void momentsBeforeAndAfterItAreRecovered() throws Exception {
    succeeds("backup");
    before.execute("INSERT INTO n VALUES (1)");
    Instant moment = now(before);
    before.execute("INSERT INTO n VALUES (2)");
    awaitStored(before, 17);
    lead(after);
    before.server().kill();
    assertThat(receiver.waitFor(60, TimeUnit.SECONDS)).as("it goes on with no other").isTrue();
    assertThat(program.await(receiver).err()).contains("Was it upgraded");
    receiver = program.start("wal", "receive");
    awaitSlot(after);
    succeeds("backup");
    after.execute("INSERT INTO n VALUES (1), (2), (3)");
    awaitStored(after, 18);
    assertThat(idsAt("latest", after)).isEqualTo("[1 2 3]");
    assertThat(idsAt(moment.toString(), before)).isEqualTo("[1]");
    assertThat(succeeds("verify", "--level", "wal").out()).startsWith("sound");
  }
}
