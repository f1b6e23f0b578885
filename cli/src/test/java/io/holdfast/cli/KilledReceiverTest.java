package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.LiveLoad;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The receiver is killed with SIGKILL while people work on the database: all that was written is
 * stored without a gap as soon as it runs again. A few rounds of it are in {@link LostHostTest}.
 */
class KilledReceiverTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path root;
  private final Random random = new Random();
  private TestCluster cluster;
  private LiveLoad load;
  private LaunchedCommand program;

  @BeforeEach
  void makeRepository() throws Exception {
    cluster = TestCluster.of(18).start();
    LiveLoad.prepare(cluster);
    load = LiveLoad.start(cluster);
    program = new LaunchedCommand(root, random);
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources:
          database: {type: postgresql, host: %s, wal: {spool: spool, seal-seconds: 1}}
        policies: {all: {repository: main, sources: [database]}}
        """
            .formatted(cluster.server().socket().getParent()));
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
  }

  @AfterEach
  void stop() {
    load.close();
    cluster.close();
  }

  @Test
  @Tag("slow")
  void killedManyTimesWhileReceiving() throws Exception {
    killReceivers(25);
  }

  private void killReceivers(int times) throws Exception {
    Process receiver = program.start("wal", "receive");
    awaitSlot();
    assertThat(program.run("backup").code()).isZero();
    for (int i = 0; i < times; i++) {
      load.awaitTransactions(50);
      receiver.waitFor(random.nextInt(2000), TimeUnit.MILLISECONDS);
      receiver.destroyForcibly();
      assertThat(receiver.waitFor()).isEqualTo(137);
      receiver = program.start("wal", "receive");
    }
    Lsn written = Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
    await(() -> !latest().isBefore(written));
    receiver.destroy();
    assertThat(receiver.waitFor()).isEqualTo(143);
    JsonNode window = window();
    assertThat(window.get("stretches")).hasSize(1);
    assertThat(window.get("gaps")).isEmpty();
    assertThat(window.get("warnings")).isEmpty();
  }

  private void awaitSlot() throws Exception {
    await(() -> cluster.query("SELECT count(*) FROM pg_replication_slots").equals("1"));
  }

  private Lsn latest() throws Exception {
    return Lsn.parse(window().get("stretches").get(0).get("to").get("lsn").asString());
  }

  private JsonNode window() throws Exception {
    CommandRun run = program.run("window", "--json");
    assertThat(run.err()).isEmpty();
    return JsonMapper.shared().readTree(run.out()).get("windows").get(0);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }
}
