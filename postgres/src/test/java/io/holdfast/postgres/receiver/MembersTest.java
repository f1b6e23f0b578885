package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.StandbyServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A receiver knows all members of a cluster. */
class MembersTest extends ReceiverFixture {
  private static final Timeline TWO = new Timeline(2);
  private StandbyServer standby;

  @BeforeEach
  void makeStandby() throws IOException {
    cluster.close();
    cluster =
        TestCluster.of(18).tcp().shape(NewCluster.usual().withWalSegmentSize(SEGMENT)).start();
    cluster.execute(
        "ALTER SYSTEM SET max_wal_size = '2MB'",
        "ALTER SYSTEM SET wal_keep_size = '3MB'", // so much the standby may be behind
        "SELECT pg_reload_conf()",
        "CREATE TABLE t (a text)");
    standby = StandbyServer.of(cluster);
  }

  @AfterEach
  void stopStandby() {
    standby.close();
  }

  /** The standby first: the primary is to be found. */
  private RunningReceiver receiverOfAll() {
    ConnectionSettings.Host primary =
        new ConnectionSettings.Host("127.0.0.1", cluster.server().tcpPort().orElseThrow());
    ConnectionSettings server =
        ConnectionSettings.of("127.0.0.1", primary.port(), TestCluster.BACKUP_ROLE)
            .withHosts(List.of(standby.host(), primary))
            .withPassword(TestCluster.BACKUP_PASSWORD::toCharArray);
    return receiver(server, Duration.ofMillis(200));
  }

  @Test
  void whatThePrimaryHasNoMoreComesFromAStandby() {
    try (RunningReceiver receiver = receiverOfAll()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    assertThat(cluster.query("SELECT count(*) FROM pg_replication_slots"))
        .as("made on the primary")
        .isEqualTo("1");
    cluster.execute("SELECT pg_drop_replication_slot('holdfast')");
    for (int round = 0; round < 12; round++) {
      standby.awaitReplay(write(700));
      cluster.execute("CHECKPOINT");
    }
    try (RunningReceiver receiver = receiverOfAll()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
      assertThat(receiver.troubles)
          .as("the primary did not have it")
          .anyMatch(is -> String.valueOf(is.getMessage()).contains("has already been removed"));
    }
    assertThat(stored(ONE)).hasSize(1);
  }

  @Test
  void whatTheServerStillHasBeforeItsSlotIsNotGivenUp() {
    Lsn before;
    try (RunningReceiver receiver = receiver()) {
      before = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(before));
    }
    cluster.execute("SELECT pg_drop_replication_slot('holdfast')");
    writeMuch();
    Lsn oldest = oldestKept();
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).hasSize(1);
      assertThat(receiver.gaps.getFirst().to()).isEqualTo(oldest);
      assertThat(Lsn.parse(cluster.query("SELECT min(restart_lsn) FROM pg_replication_slots")))
          .isGreaterThan(oldest);
    }
    assertThat(stored(ONE)).extracting(LsnRange::from).contains(oldest);
  }

  /** A member that stands still is waited for; what the primary has behind its end is not lost. */
  @Tag("slow")
  @Test
  void aMemberThatHasOnlyAPartGivesThat() {
    try (RunningReceiver receiver = receiverOfAll()) {
      Lsn before = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(before));
    }
    cluster.execute("SELECT pg_drop_replication_slot('holdfast')");
    Lsn known = write(3000);
    standby.awaitReplay(known);
    standby.detach();
    writeMuch();
    Lsn oldest = oldestKept();
    try (RunningReceiver receiver = receiverOfAll()) {
      Lsn end = write(100);
      Eventually.holds(Duration.ofMinutes(3), () -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).hasSize(1);
      assertThat(receiver.gaps.getFirst().from()).isGreaterThanOrEqualTo(known);
      assertThat(receiver.gaps.getFirst().to()).isEqualTo(oldest);
    }
    assertThat(stored(ONE)).hasSize(2);
  }

  @Test
  void whatTheNewPrimaryLacksComesFromTheOldOneOverTheSwitch() throws IOException {
    standby.close();
    standby = StandbyServer.of(cluster, "3MB");
    try (RunningReceiver receiver = receiverOfAll()) {
      Lsn before = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(before));
    }
    cluster.execute(
        "SELECT pg_drop_replication_slot('holdfast')",
        "ALTER SYSTEM SET wal_keep_size = '1GB'",
        "SELECT pg_reload_conf()");
    writeMuch();
    standby.awaitReplay(write(1));
    standby.promote();
    standby.write("CHECKPOINT");
    try (RunningReceiver receiver = receiverOfAll()) {
      Lsn end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
      assertThat(receiver.gaps).isEmpty();
      assertThat(receiver.troubles)
          .as("the new primary did not have it")
          .anyMatch(is -> String.valueOf(is.getMessage()).contains("has already been removed"));
    }
    assertThat(stored(ONE)).hasSize(1);
    assertThat(stored(ONE).getFirst().to()).isGreaterThan(stored(TWO).getFirst().from());
  }

  private void writeMuch() {
    for (int round = 0; round < 12; round++) {
      write(700);
      cluster.execute("CHECKPOINT");
    }
    cluster.execute( // no more of its own accord
        "ALTER SYSTEM SET max_wal_size = '1GB'", "SELECT pg_reload_conf()");
  }

  /** Where the oldest segment begins that the primary has. */
  private Lsn oldestKept() {
    return WalSegmentName.parse(cluster.query("SELECT min(name) FROM pg_ls_waldir()"), SEGMENT)
        .start();
  }

  @Test
  void theNewPrimaryIsFoundAmongThem() {
    try (RunningReceiver receiver = receiverOfAll()) {
      Lsn before = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(before));
      standby.awaitReplay(before);
      cluster.server().kill();
      standby.promote();
      Lsn end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
      assertThat(receiver.gaps).isEmpty();
    }
  }
}
