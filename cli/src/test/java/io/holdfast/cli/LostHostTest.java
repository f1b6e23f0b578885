package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.AckedLoad;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.LocalServerException;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Receiver and primary are killed with SIGKILL at random under load, again and again, and at last
 * both at once: what is recovered from the repository has every commit that was acknowledged before
 * the time that may be lost.
 */
class LostHostTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** What is flushed after half a second is in the spool. */
  private static final Duration LOST_WITHOUT_SERVER = Duration.ofSeconds(2);

  /** What is sealed after a second is in the repository; this machine is busy besides. */
  private static final Duration LOST_WITHOUT_SPOOL = Duration.ofSeconds(10);

  @TempDir Path root;
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);
  private TestCluster cluster;
  private LaunchedCommand program;
  private Process receiver;

  @SuppressWarnings("NullAway.Init") // each test begins with it
  LostHostTest() {}

  private void begin(int major) throws Exception {
    begin(major, "");
  }

  /**
   * @param wal more settings of how the log is received
   */
  private void begin(int major, String wal) throws Exception {
    cluster = TestCluster.of(major).start();
    AckedLoad.prepare(cluster);
    cluster.execute(
        "GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO holdfast",
        "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO holdfast");
    program = new LaunchedCommand(root, random);
    linkSocket();
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources:
          database: {type: postgresql, host: %s, wal: {spool: spool, seal-seconds: 1%s}}
        policies: {all: {repository: main, sources: [database]}}
        """
            .formatted(root.resolve("socket"), wal));
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
    receiver = program.start("wal", "receive");
    await(() -> cluster.query("SELECT count(*) FROM pg_replication_slots").equals("1"));
    assertThat(program.run("backup").code()).isZero();
  }

  /** A server that starts again has another socket; the configuration names the same place. */
  private void linkSocket() throws IOException {
    Path link = root.resolve("socket");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, cluster.server().socket().getParent());
  }

  @AfterEach
  void stop() {
    if (receiver != null) {
      receiver.destroyForcibly();
    }
    // Those of receivers that were killed: their server does not come back to let them end.
    ProcessHandle.allProcesses()
        .filter(process -> isWatchdog(process.info()))
        .forEach(ProcessHandle::destroyForcibly);
    cluster.close();
  }

  private boolean isWatchdog(ProcessHandle.Info process) {
    List<String> arguments = List.of(process.arguments().orElse(new String[0]));
    return arguments.contains("watchdog")
        && arguments.contains(root.resolve("holdfast.yaml").toString());
  }

  @Test
  void whatWasAcknowledgedIsRecoveredWithoutServerAndSpool() throws Exception {
    begin(18);
    lose(5, true);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void whatWasAcknowledgedIsRecoveredAfterManyKills(int major) throws Exception {
    begin(major);
    lose(12, major % 2 == 0);
  }

  @Test
  void inSynchronousModeNothingThatWasAcknowledgedIsLost() throws Exception {
    begin(17, ", synchronous: true, stall-seconds: 120");
    loseNothing(3);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void inSynchronousModeNothingIsLostAfterManyKills(int major) throws Exception {
    begin(major, ", synchronous: true, stall-seconds: 120");
    loseNothing(12);
  }

  private void loseNothing(int rounds) throws Exception {
    await(
        () ->
            cluster
                .query("SELECT current_setting('synchronous_standby_names')")
                .equals("\"holdfast_sync\""));
    try (AckedLoad load =
        AckedLoad.start(() -> TestCluster.connect(cluster.server(), "postgres", "postgres"))) {
      for (int round = 0; round < rounds; round++) {
        killSomething(load);
      }
      load.awaitCommits(50);
      cluster.server().kill();
      receiver.destroy(); // it stores what it has: all that was acknowledged
      assertThat(program.await(receiver).code()).isEqualTo(143);
      requireRecovered(load, System.nanoTime());
    }
  }

  private void killSomething(AckedLoad load) throws Exception {
    load.awaitCommits(50);
    receiver.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
    boolean primary = random.nextBoolean();
    if (primary) {
      cluster.server().kill();
    }
    if (!primary || random.nextBoolean()) {
      killReceiver();
      receiver = program.start("wal", "receive");
    }
    if (primary) {
      startAgain();
    }
  }

  private void lose(int rounds, boolean withSpool) throws Exception {
    try (AckedLoad load =
        AckedLoad.start(() -> TestCluster.connect(cluster.server(), "postgres", "postgres"))) {
      for (int round = 0; round < rounds; round++) {
        killSomething(load);
      }
      load.awaitCommits(50);
      Lsn caughtUp = Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
      await(() -> !latest().isBefore(caughtUp));
      Duration mayBeLost = withSpool ? LOST_WITHOUT_SPOOL : LOST_WITHOUT_SERVER;
      long until = System.nanoTime() + mayBeLost.toNanos() + random.nextInt(1_000_000_000);
      await(() -> System.nanoTime() - until > 0);
      long lost = System.nanoTime();
      cluster.server().kill();
      killReceiver();
      if (!withSpool) {
        storeWhatIsInTheSpool();
      }
      requireRecovered(load, lost - mayBeLost.toNanos());
    }
  }

  private void killReceiver() throws Exception {
    receiver.destroyForcibly();
    assertThat(receiver.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
  }

  /** Its server is gone; when it is asked to end it stores what it has. */
  private void storeWhatIsInTheSpool() throws Exception {
    Process last = program.start("wal", "receive");
    last.waitFor(3, TimeUnit.SECONDS);
    last.destroy();
    assertThat(program.await(last).code()).isEqualTo(143);
  }

  /** Processes of the server that was killed notice after a moment. */
  private void startAgain() throws Exception {
    await(
        () -> {
          try {
            cluster.restart(LocalServer.StopMode.IMMEDIATE);
            return true;
          } catch (LocalServerException e) {
            return false;
          }
        });
    linkSocket();
  }

  private void requireRecovered(AckedLoad load, long by) throws Exception {
    assertThat(load.ackedBy(by)).as("seed %d", seed).isPositive();
    Path place = cluster.newDirectory("recovered").resolve("data");
    CommandRun restored =
        program.run("restore", "--at", "latest", "--source", "database", "--to", place.toString());
    assertThat(restored.code()).as("seed %d: %s", seed, restored.err()).isZero();
    CommandRun verified = program.run("verify", "--level", "wal");
    assertThat(verified.out()).as("seed %d", seed).startsWith("sound");
    try (RestoredServer server = RestoredServer.start(cluster, place);
        Connection session = server.connect("postgres")) {
      load.requireAll(session, by);
      server.verifyIndexes("postgres");
    }
  }

  private Lsn latest() throws Exception {
    CommandRun run = program.run("window", "--json");
    assertThat(run.err()).as("seed %d", seed).isEmpty();
    return Lsn.parse(
        JsonMapper.shared()
            .readTree(run.out())
            .get("windows")
            .get(0)
            .get("stretches")
            .get(0)
            .get("to")
            .get("lsn")
            .asString());
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
