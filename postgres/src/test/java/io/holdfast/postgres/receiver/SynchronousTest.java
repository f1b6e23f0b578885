package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.AckedLoad;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.TestCluster;
import io.holdfast.storage.HoldfastException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits wait for the receiver, as long as it keeps up, and never for one that does not. */
class SynchronousTest extends ReceiverFixture {
  private static final String NAMES = "SELECT current_setting('synchronous_standby_names')";
  private static final Duration STALL = Duration.ofSeconds(2);

  private TestNetwork network;

  @BeforeEach
  void throughTheNetwork() throws IOException {
    cluster.close();
    cluster =
        TestCluster.of(18).tcp().shape(NewCluster.usual().withWalSegmentSize(SEGMENT)).start();
    cluster.execute("CREATE TABLE t (a text)");
    AckedLoad.prepare(cluster);
    network = new TestNetwork(cluster.server().tcpPort().orElseThrow());
  }

  @AfterEach
  void close() throws IOException {
    network.close();
  }

  private void grant() {
    cluster.execute(
        "GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO holdfast",
        "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO holdfast");
  }

  private ConnectionSettings settings() {
    return ConnectionSettings.of("127.0.0.1", network.port(), TestCluster.BACKUP_ROLE)
        .withPassword(TestCluster.BACKUP_PASSWORD::toCharArray)
        .withLimits(Duration.ofSeconds(2), Duration.ofSeconds(3));
  }

  private WalReceiverOptions synchronous() {
    return new WalReceiverOptions(
        "main",
        "holdfast",
        temporary.resolve("spool"),
        1L << 30,
        1L << 30,
        Duration.ofMillis(200),
        Duration.ofMinutes(15),
        Duration.ofMillis(500),
        true,
        STALL,
        Clock.systemUTC());
  }

  private RunningReceiver startReceiver() {
    return new RunningReceiver(settings(), repository.logs(), synchronous());
  }

  private void awaitNames(String names) {
    Eventually.holds(() -> cluster.query(NAMES).equals(names));
  }

  private AckedLoad load() {
    return AckedLoad.start(() -> TestCluster.connect(cluster.server(), "postgres", "postgres"));
  }

  @Test
  void whatEndsInOrderIsNotWaitedForAnyMore() {
    grant();
    try (RunningReceiver _ = startReceiver()) {
      awaitNames("\"holdfast_sync\"");
      cluster.execute("INSERT INTO t VALUES ('waits for the receiver')");
    }
    awaitNames("");
    cluster.execute("INSERT INTO t VALUES ('waits for nobody')");
  }

  /** It was killed, and synchronous was taken out of the configuration before it came again. */
  @Test
  void aReceiverThatIsNotToBeWaitedForAnyMoreEndsIt() {
    grant();
    cluster.execute(
        "ALTER SYSTEM SET synchronous_standby_names = '\"holdfast_sync\"'",
        "SELECT pg_reload_conf()");
    try (RunningReceiver _ = receiver()) {
      awaitNames("");
    }
  }

  @Test
  void commitsDoNotWaitForAReceiverThatCannotBeReached() throws Exception {
    grant();
    List<String> told = new CopyOnWriteArrayList<>();
    try (RunningReceiver receiver = startReceiver();
        AckedLoad load = load()) {
      awaitNames("\"holdfast_sync\"");
      load.awaitCommits(10);
      Thread watchdog = Thread.ofVirtual().start(() -> watchFromNear(told));
      network.stall(true);
      long stalled = System.nanoTime();
      long before = load.ackedBy(stalled);
      Eventually.holds(() -> System.nanoTime() - stalled > STALL.toNanos() / 2);
      assertThat(load.ackedBy(System.nanoTime()) - before)
          .as("what was confirmed just before")
          .isLessThan(10);
      awaitNames("");
      load.awaitCommits(50);
      Eventually.holds(() -> told.stream().anyMatch(line -> line.startsWith("false")));
      watchdog.interrupt();
      watchdog.join();
      network.stall(false);
      awaitNames("\"holdfast_sync\"");
      load.awaitCommits(50);
      assertThat(receiver.gaps).isEmpty();
    }
  }

  /** On the server's side of the network. */
  private void watchFromNear(List<String> told) {
    try (CommitWatchdog watchdog =
        new CommitWatchdog(
            cluster.socketSettings(),
            "holdfast",
            STALL,
            new CommitWatchdog.Listener() {
              @Override
              public void synchronous(boolean waits, String why) {
                told.add(waits + " " + why);
              }

              @Override
              public void troubled(HoldfastException failure) {
                told.add(failure.toString());
              }
            })) {
      watchdog.run(() -> true);
    }
  }

  @Test
  void withoutEachOfTheRightsItIsRefused() {
    assertRefused("GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO holdfast");
    cluster.execute("GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO holdfast");
    assertRefused("GRANT EXECUTE ON FUNCTION pg_reload_conf() TO holdfast");
    assertThat(cluster.query(NAMES)).isEmpty();
  }

  @Test
  void aSettingOfSomeoneElseIsLeftAlone() {
    grant();
    cluster.execute(
        "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (replica)'",
        "ALTER SYSTEM SET synchronous_commit = 'local'",
        "SELECT pg_reload_conf()");
    awaitNames("ANY 1 (replica)");
    assertThat(failureOfAReceiver())
        .isInstanceOf(SynchronousModeException.class)
        .hasMessageContaining("ANY 1 (replica)");
    assertThat(cluster.query(NAMES)).isEqualTo("ANY 1 (replica)");
  }

  private void assertRefused(String hint) {
    assertThat(failureOfAReceiver())
        .isInstanceOfSatisfying(
            SynchronousModeException.class, e -> assertThat(e.hint()).contains(hint));
  }

  private @Nullable Throwable failureOfAReceiver() {
    try (RunningReceiver receiver = startReceiver()) {
      Eventually.holds(() -> !receiver.isRunning());
      return receiver.failure();
    }
  }
}
