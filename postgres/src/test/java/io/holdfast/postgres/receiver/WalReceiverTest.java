package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.postgres.window.ClusterWindow;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPeriod;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WalReceiverTest extends ReceiverFixture {
  @Test
  void whatIsWrittenIsStored() throws IOException {
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      Lsn end = write(5000);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.troubles).isEmpty();
      assertThat(receiver.damages).isEmpty();
    }
    List<LsnRange> stored = stored(ONE);
    assertThat(stored).hasSize(1);
    assertThat(stored.getFirst().length()).isGreaterThan(5 * SEGMENT);
    assertAsOnTheServer();
  }

  @Test
  void theRunningSegmentIsStoredInPartsAndWholeWhenItIsFull() {
    try (RunningReceiver receiver = receiver()) {
      for (int i = 0; i < 3; i++) {
        Lsn end = write(10);
        Eventually.holds(() -> !receiver.stored().isBefore(end));
      }
      Lsn last = write(2000);
      Eventually.holds(() -> !receiver.stored().isBefore(last));
    }
    try (Stream<WalArchive.StoredPiece> pieces = archive().pieces()) {
      List<WalPiece> all = pieces.map(WalArchive.StoredPiece::piece).toList();
      WalPiece firstPart =
          all.stream().filter(piece -> piece.length() < SEGMENT).findFirst().orElseThrow();
      List<WalPiece> same =
          all.stream().filter(piece -> piece.segment().equals(firstPart.segment())).toList();
      assertThat(same.stream().filter(piece -> piece.length() == SEGMENT)).hasSize(1);
      assertThat(same.stream().filter(piece -> piece.length() < SEGMENT))
          .hasSizeGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void anIdleServerMakesNothingGrow() {
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(10);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      cluster.execute("CHECKPOINT");
      Lsn idle = flushed();
      Eventually.holds(() -> !receiver.stored().isBefore(idle));
    }
    long before = pieces();
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
    }
    assertThat(pieces()).isEqualTo(before);
  }

  /** Of this machine: the server's is another. */
  @Test
  void aClockThatJumpsDisturbsNothing() throws IOException {
    Instant before = Instant.now();
    JumpingClock clock = new JumpingClock();
    WalReceiverOptions usual = options(Duration.ofMillis(200));
    WalReceiverOptions jumping =
        new WalReceiverOptions(
            usual.source(),
            usual.slot(),
            usual.spool(),
            usual.spoolBytes(),
            usual.serverBytes(),
            usual.sealInterval(),
            Duration.ofMillis(300),
            usual.flushInterval(),
            usual.synchronous(),
            usual.stallLimit(),
            clock);
    try (RunningReceiver receiver =
        new RunningReceiver(cluster.socketSettings(), repository.logs(), jumping)) {
      for (Duration jump :
          List.of(Duration.ofDays(-400), Duration.ofDays(800), Duration.ofDays(-400))) {
        clock.jump(jump);
        int periods = receiver.periods.size();
        Lsn end = write(500);
        Eventually.holds(() -> !receiver.stored().isBefore(end));
        Eventually.holds(() -> receiver.periods.size() > periods);
      }
      Lsn last = flushed();
      Eventually.holds(() -> !receiver.stored().isBefore(last));
      assertThat(receiver.troubles).isEmpty();
    }
    BasePoint base = new BasePoint("base", ONE, stored(ONE).getFirst().from(), before);
    assertThat(ClusterWindow.read(archive(), List.of(base)).stretches())
        .singleElement()
        .satisfies(is -> assertThat(is.to()).isBetween(before, Instant.now()));
  }

  private static final class JumpingClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    void jump(Duration by) {
      ahead = ahead.plus(by);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this; // only instants are asked for
    }
  }

  /** So the window of an idle server goes on to the present. */
  @Test
  void whatWasStoredIsRecordedAlsoWhereNothingWas() {
    WalReceiverOptions usual = options(Duration.ofMillis(200));
    WalReceiverOptions often =
        new WalReceiverOptions(
            usual.source(),
            usual.slot(),
            usual.spool(),
            usual.spoolBytes(),
            usual.serverBytes(),
            usual.sealInterval(),
            Duration.ofMillis(500),
            usual.flushInterval(),
            usual.synchronous(),
            usual.stallLimit(),
            usual.clock());
    Lsn end;
    Instant idle;
    try (RunningReceiver receiver =
        new RunningReceiver(cluster.socketSettings(), repository.logs(), often)) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      end = write(3000);
      Eventually.holds(
          () -> receiver.periods.stream().mapToLong(WalPeriod::bytes).sum() > 2 * SEGMENT);
      cluster.execute("CHECKPOINT");
      Lsn last = flushed();
      Eventually.holds(() -> !receiver.stored().isBefore(last));
      idle = Instant.now();
      Eventually.holds(
          () ->
              receiver.periods.stream()
                  .anyMatch(
                      is ->
                          is.pieces() == 0
                              && is.complete() != null
                              && is.complete().isAfter(idle)));
    }
    List<WalPeriod> periods;
    try (Stream<WalPeriod> all = archive().periods(damaged -> {})) {
      periods = all.sorted(Comparator.comparing(WalPeriod::recorded)).toList();
    }
    for (int i = 1; i < periods.size(); i++) {
      assertThat(periods.get(i).from()).isEqualTo(periods.get(i - 1).to());
      assertThat(periods.get(i).since()).isEqualTo(periods.get(i - 1).complete());
    }
    BasePoint base = new BasePoint("base", ONE, new Lsn(periods.getFirst().from()), Instant.EPOCH);
    ClusterWindow window = ClusterWindow.read(archive(), List.of(base));
    assertThat(window.stretches())
        .singleElement()
        .satisfies(
            stretch -> {
              assertThat(stretch.stretch().contains(end)).isTrue();
              assertThat(stretch.to()).isAfter(idle);
            });
  }

  private long pieces() {
    try (Stream<WalArchive.StoredPiece> pieces = archive().pieces()) {
      return pieces.count();
    }
  }

  @Test
  void aReceiverThatWasStoppedGoesOnWhereItWas() throws IOException {
    for (int round = 0; round < 3; round++) {
      try (RunningReceiver receiver = receiver()) {
        Lsn end = write(1500);
        Eventually.holds(() -> !receiver.stored().isBefore(end));
        assertThat(receiver.troubles).isEmpty();
      }
      write(700);
    }
    try (RunningReceiver receiver = receiver()) {
      Lsn end = flushed();
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  @Test
  void aServerThatCrashesIsFollowedAsSoonAsItIsBack() throws IOException {
    try (RunningReceiver receiver = receiver(movable(), Duration.ofMillis(200))) {
      Lsn before = write(1500);
      Eventually.holds(() -> !receiver.stored().isBefore(before));
      cluster.restart(LocalServer.StopMode.IMMEDIATE);
      movable();
      Lsn end = write(1500);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
      assertThat(receiver.damages).isEmpty();
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  @Test
  void aSlotThatTheServerGaveUpIsMadeAnew() {
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    cluster.execute(
        "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'",
        "ALTER SYSTEM SET wal_keep_size = 0",
        "ALTER SYSTEM SET max_wal_size = '2MB'",
        "SELECT pg_reload_conf()");
    write(8000);
    cluster.execute("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
    write(100);
    cluster.execute("CHECKPOINT");
    assertThat(cluster.query("SELECT wal_status FROM pg_replication_slots")).isEqualTo("lost");
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).hasSize(1);
    }
    assertThat(stored(ONE)).hasSize(2);
  }

  @Test
  void aReceiverThatCommitsWaitForIsTold() {
    cluster.execute(
        "ALTER ROLE postgres SET synchronous_commit = local",
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()");
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.warnings.isEmpty());
      assertThat(receiver.warnings.getFirst()).contains("synchronous standby", "'*'");
    }
  }

  @Test
  void aServerThatIsStoppedIsNoDamage() {
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      cluster.server().stop(LocalServer.StopMode.FAST, Duration.ofSeconds(30));
      Eventually.holds(() -> !receiver.troubles.isEmpty());
      assertThat(receiver.troubles.getFirst().category()).isEqualTo(FailureCategory.UNAVAILABLE);
    }
  }

  @Test
  void piecesTellOfTheLastCommitAndOfWhatIsComplete() {
    Instant before = Instant.now();
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(10);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    Instant after = Instant.now();
    try (Stream<WalArchive.StoredPiece> pieces = archive().pieces()) {
      List<WalNote> notes = pieces.map(archive()::note).toList();
      assertThat(notes)
          .anySatisfy(note -> assertThat(note.lastCommit()).isBetween(before, after))
          .anySatisfy(note -> assertThat(note.complete()).isBetween(before, after));
    }
  }

  @Test
  void theWindowReachesToTheLastCommitThatWasReceived() {
    Lsn base;
    Instant before;
    try (RunningReceiver receiver = receiver()) {
      base = write(10);
      Eventually.holds(() -> !receiver.stored().isBefore(base));
      before = Instant.now();
      Lsn end = write(3000);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    Instant after = Instant.now();
    ClusterWindow window =
        ClusterWindow.read(archive(), List.of(new BasePoint("base", ONE, base, Instant.EPOCH)));
    assertThat(window.stretches())
        .singleElement()
        .satisfies(
            is -> {
              assertThat(is.from()).isEqualTo(Instant.EPOCH);
              assertThat(is.to()).isBetween(before, after);
            });
  }

  @Test
  void walThatNoServerHasIsAGapThatIsTold() throws IOException {
    Lsn gapFrom;
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      gapFrom = end;
    }
    cluster.execute(
        "SELECT pg_drop_replication_slot('holdfast')",
        "ALTER SYSTEM SET wal_keep_size = 0",
        "ALTER SYSTEM SET max_wal_size = '2MB'",
        "SELECT pg_reload_conf()");
    write(8000);
    cluster.execute("CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT");
    write(100);
    cluster.execute("CHECKPOINT");
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).hasSize(1);
    }
    List<LsnRange> stored = stored(ONE);
    assertThat(stored).hasSize(2);
    assertThat(stored.getFirst().to().isBefore(gapFrom)).isFalse();
    BasePoint base = new BasePoint("base", ONE, stored.getFirst().from(), Instant.EPOCH);
    assertThat(ClusterWindow.read(archive(), List.of(base)).gaps())
        .singleElement()
        .satisfies(
            gap -> {
              assertThat(gap.reason()).contains("has already been removed");
              assertThat(gap.gap().missing().to()).isEqualTo(stored.getLast().from());
              assertThat(gap.first()).isLessThan(gap.last());
            });
  }

  @Test
  void twoClustersInOneRepositoryAreApart() {
    try (TestCluster other = TestCluster.of(17).start();
        RunningReceiver receiver = receiver();
        RunningReceiver otherReceiver =
            new RunningReceiver(
                other.socketSettings(),
                repository.logs(),
                WalReceiverOptions.of("other", "holdfast", temporary.resolve("other spool")))) {
      Lsn end = write(10);
      Lsn otherEnd = Lsn.parse(other.query("SELECT pg_switch_wal()"));
      Eventually.holds(
          () -> !receiver.stored().isBefore(end) && !otherReceiver.stored().isBefore(otherEnd));
    }
    assertThat(repository.logs().logs())
        .extracting(WalLog::major)
        .containsExactlyInAnyOrder(17, 18);
  }
}
