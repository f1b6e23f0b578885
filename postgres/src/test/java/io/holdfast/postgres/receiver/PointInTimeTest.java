package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.BackupInLog;
import io.holdfast.postgres.ClusterRestoreException;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.recovery.CheckLog;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.RecoveryTargetException;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.repository.BackupRecord;
import io.holdfast.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters are recovered to moments between backups, by real servers. */
class PointInTimeTest extends RecoveryFixture {
  private static final Timeline TWO = new Timeline(2);

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void eachKindOfTargetIsReached(int major) {
    begin(major);
    Change two;
    Change three;
    Change four;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      two = insert(2);
      three = insert(3);
      cluster.query("SELECT pg_create_restore_point('before four')");
      four = insert(4);
      write(3000);
      Change last = insert(5);
      await(receiver, last.behind());
      Eventually.holds(() -> plan(new RecoveryTarget.Time(last.committed()), true).walBytes() > 0);
    }
    assertThat(recover(new RecoveryTarget.Latest(), true)).isEqualTo("[1 2 3 4 5]");
    assertThat(recover(new RecoveryTarget.Time(three.committed()), false)).isEqualTo("[1 2]");
    if (major < 18) {
      return; // how the target is found does not depend on the version
    }
    assertThat(recover(new RecoveryTarget.Time(three.committed()), true)).isEqualTo("[1 2 3]");
    assertThat(recover(new RecoveryTarget.Transaction(two.xid()), true)).isEqualTo("[1 2]");
    assertThat(recover(new RecoveryTarget.Transaction(four.xid()), false)).isEqualTo("[1 2 3]");
    assertThat(recover(new RecoveryTarget.Point("before four"), true)).isEqualTo("[1 2 3]");
    assertThat(recover(new RecoveryTarget.Position(three.before()), false)).isEqualTo("[1 2]");
    assertThat(recover(new RecoveryTarget.Position(three.behind()), true)).isEqualTo("[1 2 3]");
  }

  /** A server that is to end there has to meet what follows it. */
  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void theEndOfTheBackupItselfIsReached(int major) {
    begin(major);
    BasePoint base;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      base = BackupInLog.of(backup()).getFirst().base();
      await(receiver, insert(2).behind());
    }
    assertThat(recover(new RecoveryTarget.Position(base.stop()), false)).isEqualTo("[1]");
    for (ObjectName piece : objects("[0-9A-F]{24}.*")) {
      store.delete(piece);
    }
    assertThat(recover(new RecoveryTarget.Latest(), true)).isEqualTo("[1]");
    assertThat(recover(new RecoveryTarget.Time(base.stopped()), true)).isEqualTo("[1]");
  }

  /** They are stored in pieces, of which none is a whole segment. */
  @Test
  void segmentsOf64MiBAreRecoveredFrom() {
    begin(17, 64 << 20);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      write(70_000);
      insert(2);
      await(receiver, insert(3).behind());
    }
    assertThat(recover(new RecoveryTarget.Latest(), true)).isEqualTo("[1 2 3]");
    assertThat(new CheckLog(archive(), bytes -> {}).run().problems()).isEmpty();
  }

  @Test
  void whatCannotBeReachedIsToldWithWhatCan() {
    begin(18);
    BackupRecord base;
    Change last;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      base = backup();
      last = insert(2);
      await(receiver, last.behind());
    }
    Lsn stop = BackupInLog.of(base).getFirst().base().stop();
    assertUnreachable(new RecoveryTarget.Time(Instant.EPOCH), "may be used ended at");
    assertUnreachable(
        new RecoveryTarget.Time(Instant.now().plus(Duration.ofDays(1))), "complete up to");
    assertUnreachable(new RecoveryTarget.Position(stop.plus(-1)), "may be used stopped at");
    assertUnreachable(new RecoveryTarget.Position(last.behind().plus(1L << 30)), "no gap up to");
    assertUnreachable(new RecoveryTarget.Transaction(4_000_000_000L), "there is no transaction");
    assertUnreachable(new RecoveryTarget.Point("nowhere"), "there is no point nowhere");
    assertThatThrownBy(
            () -> plan(new RecoveryRequest(new RecoveryTarget.Latest(), true, new Timeline(7))))
        .isInstanceOf(RecoveryTargetException.class)
        .hasMessage("nothing is known of timeline 7");
  }

  private void assertUnreachable(RecoveryTarget target, String why) {
    assertThatThrownBy(() -> plan(target, true))
        .isInstanceOf(RecoveryTargetException.class)
        .hasMessageContaining(why);
  }

  /**
   * Recovered twice, each time gone on with and received: any moment of any of the three timelines
   * can be recovered, and no two of them got the same number.
   */
  @Test
  void targetsAreReachedOverTwoTimelineSwitches() throws IOException {
    begin(18);
    Change two;
    Change three;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      two = insert(2);
      three = insert(3);
      await(receiver, three.behind());
    }
    Restored second = restore(plan(new RecoveryTarget.Transaction(two.xid()), true));
    Change four;
    try (RestoredServer server = RestoredServer.start(cluster, second.place())) {
      four = insert(server.server(), 4);
      receive(server, TWO, insert(server.server(), 5).behind());
    }
    Restored third =
        restore(plan(new RecoveryRequest(new RecoveryTarget.Transaction(four.xid()), true, TWO)));
    Timeline three3 = new Timeline(3);
    Change six;
    try (RestoredServer server = RestoredServer.start(cluster, third.place())) {
      six = insert(server.server(), 6);
      receive(server, three3, six.behind());
    }
    assertThat(recover(new RecoveryTarget.Latest(), true)).isEqualTo("[1 2 4 6]");
    assertThat(recover(new RecoveryTarget.Transaction(six.xid()), false)).isEqualTo("[1 2 4]");
    assertThat(recover(new RecoveryTarget.Time(two.committed()), true)).isEqualTo("[1 2]");
    assertThat(recover(new RecoveryTarget.Position(two.before()), false))
        .as("on timeline 1, on the way to 3")
        .isEqualTo("[1]");
    assertThat(recover(new RecoveryTarget.Position(four.behind()), false))
        .as("where timeline 3 left 2")
        .isEqualTo("[1 2 4]");
    assertThat(new CheckLog(archive(), bytes -> {}).run().problems()).isEmpty();
    assertThat(recover(new RecoveryRequest(new RecoveryTarget.Latest(), true, TWO)))
        .isEqualTo("[1 2 4 5]");
    assertThat(recover(new RecoveryRequest(new RecoveryTarget.Latest(), true, ONE)))
        .isEqualTo("[1 2 3]");
    assertThatThrownBy(() -> plan(new RecoveryTarget.Position(three.behind().plus(1 << 20)), true))
        .isInstanceOf(RecoveryTargetException.class);
    try (RestoredServer server =
        RestoredServer.start(cluster, restore(plan(new RecoveryTarget.Latest(), true)).place())) {
      assertThat(timeline(server)).as("a timeline that none of them had").isEqualTo("[4]");
    }
    BasePoint base = plan(new RecoveryTarget.Latest(), true).base();
    try (RestoredServer server =
        RestoredServer.start(cluster, restore(RecoveryPlan.toTheBackup(archive(), base)).place())) {
      assertThat(ids(server)).isEqualTo("[1]");
      assertThat(timeline(server)).as("also where no target was asked for").isEqualTo("[4]");
    }
  }

  private static String timeline(RestoredServer server) {
    return server.query("postgres", "SELECT timeline_id FROM pg_control_checkpoint()");
  }

  /** There are the files of the living cluster. */
  @Test
  void theTablespaceThatWasCreatedMeanwhileIsNotTouched() {
    begin(18);
    Path space = cluster.newDirectory("space");
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      cluster.execute("CREATE TABLESPACE new LOCATION '" + space + "'");
      await(receiver, insert(1).behind());
    }
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThatThrownBy(() -> restore(plan))
        .isInstanceOf(ClusterRestoreException.class)
        .hasMessageContaining(space + ", as the source did after the backup");
  }

  @Test
  void limitsThatWereRaisedMeanwhileAreTold() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
    }
    cluster.execute("ALTER SYSTEM SET max_connections = 123");
    cluster.restart(LocalServer.StopMode.FAST);
    try (RunningReceiver receiver = receiver()) {
      await(receiver, insert(1).behind());
    }
    assertThat(restore(plan(new RecoveryTarget.Latest(), true)).warnings())
        .singleElement()
        .satisfies(warning -> assertThat(warning).contains("max_connections = 123"));
  }

  private void receive(RestoredServer server, Timeline timeline, Lsn end) {
    try (RunningReceiver receiver =
        receiver(server.server().socketSettings(TestCluster.BACKUP_ROLE), Duration.ofMillis(200))) {
      Eventually.holds(() -> !receiver.stored(timeline).isBefore(end));
    }
  }

  @Test
  void whatWasPutIsNotArchivedAgain() throws IOException {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      await(receiver, write(5000));
    }
    Restored restored = restore(plan(new RecoveryTarget.Latest(), true));
    Path wal = restored.place().resolve("pg_wal");
    try (Stream<Path> files = Files.list(wal)) {
      List<Path> segments = files.filter(Files::isRegularFile).toList();
      assertThat(segments).hasSizeGreaterThan(4);
      for (Path segment : segments) {
        assertThat(wal.resolve("archive_status/" + segment.getFileName() + ".done")).exists();
        assertThat(segment).hasSize(SEGMENT);
      }
    }
  }
}
