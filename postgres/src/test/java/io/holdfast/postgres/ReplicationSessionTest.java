package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReplicationSessionTest {
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.of(18).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static String slots() {
    return cluster.query("SELECT count(*) FROM pg_replication_slots");
  }

  @Test
  void theClusterIsIdentified() {
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      ReplicationSession.Identity identity = session.identify();
      assertThat(identity.system())
          .hasToString(cluster.query("SELECT system_identifier FROM pg_control_system()"));
      assertThat(identity.timeline()).isEqualTo(new Timeline(1));
      assertThat(identity.flushed()).isGreaterThan(Lsn.NONE);
    }
  }

  @Test
  void settingsAreRead() {
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      assertThat(session.show("data_checksums")).isEqualTo("on");
      assertThat(session.showSize("block_size")).isEqualTo(8192);
      assertThat(session.showSize("segment_size")).isEqualTo(1L << 30);
      assertThatIllegalArgumentException().isThrownBy(() -> session.show("a; DROP"));
    }
  }

  @Test
  void anErrorLeavesTheSessionUsable() {
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      assertThatThrownBy(() -> session.show("no_such_setting"))
          .asInstanceOf(type(ServerErrorException.class))
          .extracting(ServerErrorException::sqlState)
          .isEqualTo("42704");
      assertThatThrownBy(() -> session.timelineHistory(new Timeline(9)))
          .isInstanceOf(ServerErrorException.class);
      assertThat(session.show("wal_level")).isEqualTo("replica");
    }
  }

  @Test
  void aTemporarySlotKeepsWalAndVanishesWithItsSession() {
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      Lsn kept = session.createTemporarySlot("holdfast_vanishes");
      assertThat(kept).isGreaterThan(Lsn.NONE).isLessThanOrEqualTo(session.identify().flushed());
      assertThat(slots()).isEqualTo("1");
      assertThatThrownBy(() -> session.createTemporarySlot("holdfast_vanishes"))
          .asInstanceOf(type(ServerErrorException.class))
          .extracting(ServerErrorException::sqlState)
          .isEqualTo("42710");
    }
    Eventually.holds(() -> slots().equals("0"));
  }

  @Test
  void aSlotVanishesWhenItsSessionIsCutOff() {
    ReplicationSession session = cluster.socketSettings().openReplication();
    session.createTemporarySlot("holdfast_cut_off");
    session.abort();
    Eventually.holds(() -> slots().equals("0"));
    assertThatThrownBy(session::identify).isInstanceOf(ServerConnectionException.class);
    session.close();
  }

  @Test
  void aKilledServerEndsAWaitWithAClearError() {
    try (TestCluster other = TestCluster.of(18).start();
        ReplicationSession session = other.socketSettings().openReplication()) {
      other.server().kill();
      Eventually.holds(
          () -> {
            try {
              session.identify();
              return false;
            } catch (PostgresException e) {
              return true;
            }
          });
    }
  }
}
