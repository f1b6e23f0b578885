package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The network between a server and its receiver is cut, stalls, and is slow. */
class NetworkTest extends ReceiverFixture {
  private TestNetwork network;

  @BeforeEach
  void throughTheNetwork() throws IOException {
    cluster.close();
    cluster =
        TestCluster.of(18).tcp().shape(NewCluster.usual().withWalSegmentSize(SEGMENT)).start();
    cluster.execute(
        "ALTER SYSTEM SET wal_keep_size = '1GB'",
        "SELECT pg_reload_conf()",
        "CREATE TABLE t (a text)");
    network = new TestNetwork(cluster.server().tcpPort().orElseThrow());
  }

  @AfterEach
  void close() throws IOException {
    network.close();
  }

  private RunningReceiver through() {
    ConnectionSettings server =
        ConnectionSettings.of("127.0.0.1", network.port(), TestCluster.BACKUP_ROLE)
            .withPassword(TestCluster.BACKUP_PASSWORD::toCharArray)
            .withLimits(Duration.ofSeconds(2), Duration.ofSeconds(3));
    return receiver(server, Duration.ofMillis(200));
  }

  private void assertAllIsStored() throws IOException {
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  @Test
  void aNetworkThatIsCutAgainAndAgainLosesNothing() throws IOException {
    try (RunningReceiver receiver = through()) {
      for (int cut = 0; cut < 2; cut++) {
        int streams = receiver.streamed.size();
        write(1500);
        network.cut();
        Eventually.holds(() -> receiver.streamed.size() > streams);
      }
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
      assertThat(receiver.damages).isEmpty();
    }
    assertAllIsStored();
  }

  @Test
  void aNetworkThatCarriesNothingIsNoticedAndLeft() throws IOException {
    try (RunningReceiver receiver = through()) {
      Lsn before = write(1500);
      Eventually.holds(() -> !receiver.stored().isBefore(before));
      network.stall(true);
      write(1500);
      Eventually.holds(() -> !receiver.troubles.isEmpty());
      network.stall(false);
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
    }
    assertAllIsStored();
  }

  @Test
  void overASlowNetworkAllComesInInTheEnd() throws IOException {
    network.limit(1 << 20);
    try (RunningReceiver receiver = through()) {
      Lsn end = write(5000);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.troubles).isEmpty();
    }
    assertAllIsStored();
  }
}
