package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequiredWalTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster =
        TestCluster.of(18)
            .shape(NewCluster.usual().withWalSegmentSize(1 << 20))
            .setting("max_wal_size", "2MB")
            .setting("wal_keep_size", "0")
            .start();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private Lsn lsn() {
    return Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
  }

  private void write(int rows) {
    cluster.execute("CREATE TABLE IF NOT EXISTS t (a text)");
    cluster.execute("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, " + rows + ")");
  }

  @Test
  void walIsKeptUntilItWasRead() {
    List<String> names = new CopyOnWriteArrayList<>();
    try (RequiredWal wal =
        RequiredWal.reserve(cluster.socketSettings().openReplication(), "keep")) {
      Lsn from = lsn();
      write(5000);
      cluster.execute("CHECKPOINT", "CHECKPOINT");
      wal.start(
          from,
          new Timeline(1),
          (name, bytes) -> {
            assertThat(bytes.readAllBytes()).hasSize(1 << 20);
            names.add(name.toString());
          });
      Lsn to = lsn();
      wal.finish(to, new Timeline(1), LIMIT);
      assertThat(names).hasSizeGreaterThan(4).isSorted().doesNotHaveDuplicates();
      assertThat(names.getFirst())
          .isEqualTo(WalSegmentName.containing(new Timeline(1), from, 1 << 20).toString());
    }
  }

  @Test
  void theServerIsToldTheTimeOfTheClockThatWasGiven() {
    Instant time = Instant.parse("2031-02-03T04:05:06.789Z");
    ConnectionSettings settings =
        cluster.socketSettings().withClock(Clock.fixed(time, ZoneOffset.UTC));
    try (RequiredWal wal = RequiredWal.reserve(settings.openReplication(), "time")) {
      wal.start(lsn(), new Timeline(1), (name, bytes) -> bytes.readAllBytes());
      Eventually.holds(
          () ->
              cluster
                  .query(
                      "SELECT max(extract(epoch FROM reply_time) * 1000)::bigint"
                          + " FROM pg_stat_replication")
                  .equals(Long.toString(time.toEpochMilli())));
      wal.finish(lsn(), new Timeline(1), LIMIT);
    }
  }

  @Test
  void theServerKeepsWhatWasReadAndDoesNotCountOnIt() {
    cluster.execute(
        "ALTER ROLE postgres SET synchronous_commit = local",
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()");
    try (RequiredWal wal =
        RequiredWal.reserve(cluster.socketSettings().openReplication(), "kept")) {
      List<String> names = new CopyOnWriteArrayList<>();
      Lsn from = lsn();
      wal.start(
          from,
          new Timeline(1),
          (name, bytes) -> {
            bytes.readAllBytes();
            names.add(name.toString());
          });
      write(5000);
      Eventually.holds(() -> names.size() > 3);
      Lsn read = lsn();
      // Only a place that was flushed makes a standby one that commits wait for.
      Eventually.holds(
          () ->
              cluster
                  .query(
                      "SELECT concat_ws(' ', state, sync_state, flush_lsn, write_lsn >= '"
                          + read
                          + "') FROM pg_stat_replication")
                  .equals("streaming async t"));
      assertThat(
              Lsn.parse(
                  cluster.query(
                      "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = 'kept'")))
          .isLessThanOrEqualTo(from);
      wal.finish(lsn(), new Timeline(1), LIMIT);
    }
  }

  @Test
  void aServerThatIsShutDownDoesNotWaitForTheBackup() {
    try (RequiredWal wal =
        RequiredWal.reserve(cluster.socketSettings().openReplication(), "down")) {
      wal.start(lsn(), new Timeline(1), (name, bytes) -> bytes.readAllBytes());
      write(100);

      cluster.server().stop(LocalServer.StopMode.FAST, Duration.ofSeconds(40));

      assertThat(cluster.dataDirectory().resolve("postmaster.pid")).doesNotExist();
    }
  }

  @Test
  void theRestOfTheLastSegmentIsZeros() {
    byte[][] last = new byte[1][];
    try (RequiredWal wal = RequiredWal.reserve(cluster.socketSettings().openReplication(), "pad")) {
      Lsn from = lsn();
      wal.start(from, new Timeline(1), (name, bytes) -> last[0] = bytes.readAllBytes());
      write(10);
      wal.finish(lsn(), new Timeline(1), LIMIT);
    }
    assertThat(last[0]).hasSize(1 << 20);
    assertThat(last[0][(1 << 20) - 1]).isZero();
  }

  @Test
  void aTimelineThatTheServerDoesNotKnowIsAnError() {
    try (RequiredWal wal =
        RequiredWal.reserve(cluster.socketSettings().openReplication(), "line")) {
      wal.start(lsn(), new Timeline(7), (name, bytes) -> bytes.readAllBytes());
      assertThatThrownBy(() -> wal.finish(lsn(), new Timeline(7), LIMIT))
          .isInstanceOf(PostgresException.class)
          .hasMessageContaining("timeline 7");
    }
  }

  @Test
  void aFailingReceiverEndsTheReadingWithItsOwnError() {
    try (RequiredWal wal =
        RequiredWal.reserve(cluster.socketSettings().openReplication(), "fail")) {
      wal.start(
          lsn(),
          new Timeline(1),
          (name, bytes) -> {
            throw new IOException("no space");
          });
      write(3000);
      Eventually.holds(
          () -> {
            try {
              wal.check();
              return false;
            } catch (PostgresException e) {
              return e.getCause() instanceof IOException;
            }
          });
    }
  }

  @Test
  void walFromBeforeTheSlotIsRefused() {
    try (RequiredWal wal = RequiredWal.reserve(cluster.socketSettings().openReplication(), "old")) {
      assertThatThrownBy(() -> wal.start(new Lsn(1 << 20), new Timeline(1), (n, b) -> {}))
          .isInstanceOf(ServerProtocolException.class)
          .hasMessageContaining("before");
    }
  }

  @Test
  void aServerThatDiesEndsTheWait() {
    try (RequiredWal wal =
        RequiredWal.reserve(cluster.socketSettings().openReplication(), "dies")) {
      Lsn from = lsn();
      wal.start(from, new Timeline(1), (name, bytes) -> bytes.readAllBytes());
      cluster.server().kill();
      assertThatThrownBy(() -> wal.finish(from.plus(5 << 20), new Timeline(1), LIMIT))
          .isInstanceOf(PostgresException.class);
    }
  }

  @Test
  void closingEndsAReadingThatWaits() {
    RequiredWal wal = RequiredWal.reserve(cluster.socketSettings().openReplication(), "close");
    wal.start(
        lsn(),
        new Timeline(1),
        (name, bytes) -> {
          try {
            bytes.readAllBytes();
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
        });
    wal.close();
    Eventually.holds(() -> cluster.query("SELECT count(*) FROM pg_replication_slots").equals("0"));
  }
}
