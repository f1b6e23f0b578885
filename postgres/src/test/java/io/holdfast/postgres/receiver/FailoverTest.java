package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.StandbyServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.postgres.window.ClusterWindow;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.repository.WalArchive;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The receiver follows a promotion, wherever it was when the standby left the old timeline. */
class FailoverTest {
  private static final Timeline TWO = new Timeline(2);

  @TempDir Path temporary;
  private final MemoryStore store = new MemoryStore();
  private Repository repository;
  private TestCluster primary;
  private StandbyServer standby;

  @BeforeEach
  void start() throws Exception {
    repository = TestRepository.open(store, temporary.resolve("cache"));
    primary = TestCluster.of(18).setting("wal_keep_size", "1GB").start();
    primary.execute("CREATE TABLE t (a text)");
    standby = StandbyServer.of(primary);
  }

  @AfterEach
  void stop() {
    standby.close();
    primary.close();
    repository.close();
  }

  private RunningReceiver receiver(ConnectionSettings server) {
    return receiver(server, repository);
  }

  private RunningReceiver receiver(ConnectionSettings server, Repository in) {
    return new RunningReceiver(
        server,
        in.logs(),
        new WalReceiverOptions(
            "main",
            "holdfast",
            temporary.resolve("spool"),
            1L << 30,
            1L << 30,
            Duration.ofMillis(200),
            Duration.ofMinutes(15),
            Duration.ofMillis(50),
            false,
            Duration.ofSeconds(10),
            Clock.systemUTC()));
  }

  private Lsn write(int rows) {
    primary.execute("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, " + rows + ")");
    return Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()"));
  }

  private WalArchive archive() {
    return repository.logs().open(repository.logs().logs().getFirst());
  }

  /** All that lies between is there, on the way to timeline 2. */
  private void assertReachable(Lsn from, Lsn to) {
    BasePoint base = new BasePoint("base", new Timeline(1), from, Instant.EPOCH);
    ClusterWindow window = ClusterWindow.read(archive(), List.of(base));
    assertThat(window.stretches())
        .anySatisfy(
            is -> {
              assertThat(is.stretch().timeline()).isEqualTo(TWO);
              assertThat(is.stretch().contains(to)).isTrue();
            });
    assertThat(window.gaps()).isEmpty();
    assertThat(window.warnings()).isEmpty();
  }

  @Test
  void aReceiverThatHasNotAllOfTheOldTimelineGetsTheRestFromTheNewPrimary() {
    Lsn base;
    try (RunningReceiver receiver = receiver(primary.socketSettings())) {
      base = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(base));
    }
    standby.awaitReplay(write(30_000));
    primary.server().kill();
    standby.promote();
    try (RunningReceiver receiver = receiver(standby.settings())) {
      Lsn end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
      assertThat(receiver.gaps).isEmpty();
      assertThat(receiver.damages).isEmpty();
      assertReachable(base, end);
    }
  }

  @Test
  void whatTheOldPrimaryAloneWroteStaysAndTheNewOneIsFollowed() {
    Lsn base;
    Lsn lost;
    try (RunningReceiver receiver = receiver(primary.socketSettings())) {
      base = write(100);
      standby.awaitReplay(base);
      standby.detach();
      lost = write(30_000);
      Eventually.holds(() -> !receiver.stored().isBefore(lost));
    }
    primary.server().kill();
    standby.promote();
    try (RunningReceiver receiver = receiver(standby.settings())) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      Lsn end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
      assertReachable(base, end);
    }
    ClusterWindow window =
        ClusterWindow.read(
            archive(), List.of(new BasePoint("base", new Timeline(1), base, Instant.EPOCH)));
    assertThat(window.stretches())
        .as("the old primary's own end")
        .anySatisfy(
            is -> {
              assertThat(is.stretch().timeline()).isEqualTo(new Timeline(1));
              assertThat(is.stretch().contains(lost)).isTrue();
            });
  }

  @Test
  void aPromotionUnderARunningReceiverIsFollowed() {
    try (RunningReceiver receiver = receiver(standby.settings())) {
      Lsn base = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(base));
      standby.promote();
      Lsn end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
      assertThat(receiver.gaps).isEmpty();
      assertThat(receiver.damages).isEmpty();
      assertReachable(base, end);
    }
  }

  @Test
  void aReceiverThatBeginsRightAfterAPromotionBeginsWhereTheSlotDoes() {
    standby.awaitReplay(write(100));
    standby.promote();
    try (RunningReceiver receiver = receiver(standby.settings())) {
      Lsn end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
      assertThat(receiver.gaps).isEmpty();
    }
    assertThat(archive().listHistories())
        .extracting(WalArchive.StoredHistory::timeline)
        .containsExactly(2);
  }

  @Test
  void aPromotionThatWasFollowedWhileStorageWasAwayIsStoredWithoutTheServer() {
    Lsn base = write(100);
    standby.awaitReplay(base);
    Lsn end;
    try (Repository away =
            TestRepository.open(
                new FaultyStore(store)
                    .failFrom(
                        FaultyStore.Call.PUT,
                        1,
                        "",
                        () -> new StorageUnavailableException("the storage is away", "wait", null)),
                temporary.resolve("cache"));
        RunningReceiver receiver = receiver(standby.settings(), away)) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      standby.promote();
      end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> standby.confirmed().compareTo(end) >= 0);
    }
    ConnectionSettings gone = standby.settings();
    standby.close();
    try (RunningReceiver receiver = receiver(gone)) {
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
    }
    assertReachable(base, end);
  }

  @Test
  void anOldPrimaryThatComesBackIsNotListenedTo() {
    standby.awaitReplay(write(100));
    standby.promote();
    try (RunningReceiver receiver = receiver(standby.settings())) {
      Lsn end = standby.write("INSERT INTO t VALUES ('new')");
      Eventually.holds(() -> !receiver.stored(TWO).isBefore(end));
    }
    try (RunningReceiver receiver = receiver(primary.socketSettings())) {
      Eventually.holds(() -> !receiver.troubles.isEmpty());
      assertThat(receiver.troubles.getFirst())
          .isInstanceOf(OldPrimaryException.class)
          .hasMessageContaining("is on timeline 1, and timeline 2 was received already");
      assertThat(receiver.streamed).isEmpty();
    }
  }
}
