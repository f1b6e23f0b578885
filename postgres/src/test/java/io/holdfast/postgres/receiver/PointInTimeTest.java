package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.BackupInLog;
import io.holdfast.postgres.ClusterBackup;
import io.holdfast.postgres.ClusterRestore;
import io.holdfast.postgres.ClusterRestoreException;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.DirectClusterReader;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.ReadOptions;
import io.holdfast.postgres.ReadProgress;
import io.holdfast.postgres.RestoreOptions;
import io.holdfast.postgres.RestoredCluster;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.recovery.CheckLog;
import io.holdfast.postgres.recovery.MissingWalException;
import io.holdfast.postgres.recovery.PlanRecovery;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryRequest;
import io.holdfast.postgres.recovery.RecoveryStop;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.RecoveryTargetException;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.repository.BackupPlan;
import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.BackupType;
import io.holdfast.repository.CorruptObjectException;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters are recovered to moments between backups, by real servers. */
class PointInTimeTest extends ReceiverFixture {
  private static final Timeline TWO = new Timeline(2);
  private int places;

  /** One transaction, as its own server tells of it. */
  private record Change(int id, long xid, Instant committed, Lsn before, Lsn behind) {}

  private Change insert(int id) {
    return insert(cluster.server(), id);
  }

  private static Change insert(LocalServer server, int id) {
    try (Connection session = TestCluster.connect(server, "postgres", "postgres");
        Statement statement = session.createStatement()) {
      Lsn before = Lsn.parse(value(statement, "SELECT pg_current_wal_insert_lsn()"));
      String xid =
          value(statement, "INSERT INTO n VALUES (" + id + ") RETURNING pg_current_xact_id()");
      Lsn behind = Lsn.parse(value(statement, "SELECT pg_current_wal_flush_lsn()"));
      String time =
          value(
              statement,
              "SELECT to_char(pg_xact_commit_timestamp('"
                  + xid
                  + "'::xid) AT TIME ZONE 'UTC',"
                  + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
      return new Change(id, Long.parseLong(xid), Instant.parse(time), before, behind);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String value(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private void begin(int major) {
    begin(major, SEGMENT);
  }

  private void begin(int major, int segmentSize) {
    cluster.close();
    cluster = newCluster(major, segmentSize);
    cluster.execute(
        "ALTER SYSTEM SET track_commit_timestamp = on", "CREATE TABLE n (id int PRIMARY KEY)");
    cluster.restart(LocalServer.StopMode.FAST);
  }

  private BackupRecord backup() {
    return backup(cluster.socketSettings(), cluster.dataDirectory());
  }

  private BackupRecord backup(ConnectionSettings server, Path data) {
    ReadOptions options = new ReadOptions("test", 3, temporary, ReadProgress.NONE);
    BackupPlan plan = new BackupPlan(BackupType.FULL, "test", null, List.of());
    try (BackupSession session = repository.startBackup(plan)) {
      ClusterBackup backup =
          new DirectClusterReader(server, BytePath.of(data.toString()), options)
              .read(session, null);
      Instant now = Instant.now();
      SourceRecord source =
          new SourceRecord(
              "main",
              SourceType.DATABASE,
              backup.manifest(),
              now,
              now,
              Map.of(),
              backup.warnings(),
              backup.warningCount(),
              backup.details().toMap());
      return session.commit(List.of(source), null);
    }
  }

  private RecoveryPlan plan(RecoveryTarget target, boolean inclusive) {
    return plan(new RecoveryRequest(target, inclusive, null));
  }

  private RecoveryPlan plan(RecoveryRequest request) {
    List<BasePoint> bases = new ArrayList<>();
    try (Stream<BackupRecord> backups = repository.backups().stream()) {
      backups.forEach(backup -> BackupInLog.of(backup).forEach(is -> bases.add(is.base())));
    }
    return new PlanRecovery(archive(), bases).plan(request);
  }

  /** A restored cluster that no server was started on yet. */
  private record Restored(Path place, RecoveryStop stop, List<String> warnings) {}

  private Restored restore(RecoveryPlan plan) {
    return restore(plan, cluster.dataDirectory().resolveSibling("recovered-" + places++));
  }

  private Restored restore(RecoveryPlan plan, Path place) {
    SourceRecord source = repository.backups().find(plan.base().id()).sources().getFirst();
    RestoredCluster restored =
        new ClusterRestore(
                repository.manifest(source),
                repository.contents(),
                RestoreOptions.to(BytePath.of(place.toString())).withRecovery(plan))
            .run();
    return new Restored(place, restored.recovery().orElseThrow(), restored.warnings());
  }

  /** What a recovery to a target brings back: the ids, in order. */
  private String recover(RecoveryTarget target, boolean inclusive) {
    return recover(new RecoveryRequest(target, inclusive, null));
  }

  private String recover(RecoveryRequest request) {
    Restored restored = restore(plan(request));
    try (RestoredServer server = RestoredServer.start(cluster, restored.place())) {
      assertThat(server.server().logTail()).doesNotContain("FATAL");
      assertReached(server, restored.stop());
      return ids(server);
    }
  }

  private static String ids(RestoredServer server) {
    return server.query(
        "postgres", "SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM n");
  }

  /** The server ended its recovery exactly where it was said to. */
  private static void assertReached(RestoredServer server, RecoveryStop stop) {
    String history =
        server.query(
            "postgres",
            "SELECT pg_read_file('pg_wal/' || lpad(to_hex(timeline_id), 8, '0') || '.history')"
                + " FROM pg_control_checkpoint()");
    assertThat(history).contains(stop.timeline() + "\t" + stop.end() + "\t");
  }

  private void await(RunningReceiver receiver, Lsn end) {
    Eventually.holds(() -> !receiver.stored().isBefore(end));
  }

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

  /** What another server wrote on the same timeline does not follow. */
  @Test
  void aTailThatDoesNotFollowIsNotTakenForAnUnfinishedRecord() {
    begin(18);
    Lsn end;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      end = insert(2).behind();
      await(receiver, end);
    }
    Lsn reach = stored(ONE).getLast().to();
    String segment = WalSegmentName.containing(ONE, reach, SEGMENT).toString();
    ByteBuffer record = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(100_000).putInt(7).putLong(0x18FF).put((byte) 0).put((byte) 10);
    int at = (int) (reach.value() % SEGMENT);
    archive().put(segment, at, record.array(), 0, 64, new WalNote(Instant.now(), null, null));
    assertThatThrownBy(() -> restore(plan(new RecoveryTarget.Latest(), true)))
        .isInstanceOf(MissingWalException.class)
        .hasMessageContaining("a record that follows one at 0/18FF");
    assertThat(new CheckLog(archive(), bytes -> {}).run().problems()).hasSize(1);
    assertThat(recover(new RecoveryTarget.Position(end), false)).isEqualTo("[1 2]");
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

  @Test
  void whereTheLogHasAGapItEndsAndSaysSo() {
    begin(18);
    Change two;
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      two = insert(2);
      await(receiver, write(5000));
      await(receiver, insert(3).behind());
    }
    List<ObjectName> segments = whole();
    store.delete(segments.get(segments.size() - 2));
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThat(plan.warnings()).anyMatch(warning -> warning.contains("has a gap"));
    assertThat(recover(new RecoveryTarget.Latest(), true)).isEqualTo("[1 2]");
    assertThat(recover(new RecoveryTarget.Transaction(two.xid()), true)).isEqualTo("[1 2]");
  }

  /** Objects that hold a whole segment, in order. */
  private List<ObjectName> whole() {
    return objects("[0-9A-F]{24}-[0-9a-f]{32}");
  }

  @Test
  void damagedWalEndsTheRestoreAndNoServerStartsOnWhatIsThere() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      await(receiver, write(5000));
    }
    ObjectName damaged = whole().getLast();
    damage(damaged);
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThatThrownBy(() -> restore(plan))
        .isInstanceOf(CorruptObjectException.class)
        .hasMessageContaining(damaged.last());
    Path place = cluster.dataDirectory().resolveSibling("recovered-0");
    assertThat(place.resolve("global/pg_control")).doesNotExist();
    assertThat(place.resolve("holdfast.restoring")).exists();
  }

  @Test
  void aSegmentOfWhichThereAreTwoIsNotGuessed() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      await(receiver, write(5000));
    }
    WalArchive archive = archive();
    List<ObjectName> before = whole();
    String segment = before.getLast().last().substring(0, 24);
    archive.put(segment, 0, new byte[SEGMENT], 0, SEGMENT, new WalNote(Instant.now(), null, null));
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThatThrownBy(() -> restore(plan))
        .isInstanceOf(MissingWalException.class)
        .hasMessageContaining(segment + " is there in two versions");
    ObjectName other =
        objects(segment + "-.*").stream()
            .filter(is -> !before.contains(is))
            .findFirst()
            .orElseThrow();
    damage(other);
    assertThat(restore(plan(new RecoveryTarget.Latest(), true)).warnings())
        .as("one that cannot be read is none")
        .anySatisfy(warning -> assertThat(warning).contains(other.last()));
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
      grant(server);
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

  @Test
  void aDamagedLogLeavesWhatIsAtThePlaceAsItWas() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      backup();
      await(receiver, write(5000));
    }
    Restored before = restore(plan(new RecoveryTarget.Latest(), true));
    damage(whole().getLast());
    RecoveryPlan plan = plan(new RecoveryTarget.Latest(), true);
    assertThatThrownBy(() -> restore(plan, before.place()))
        .isInstanceOf(CorruptObjectException.class);
    try (RestoredServer server = RestoredServer.start(cluster, before.place())) {
      assertThat(server.query("postgres", "SELECT count(*) FROM t")).isEqualTo("[5000]");
    }
  }

  @Test
  void whereAPieceIsDamagedOthersWithTheSameBytesAreTaken() {
    begin(18);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      insert(1);
      backup();
      await(receiver, insert(2).behind());
      await(receiver, insert(3).behind());
      await(receiver, write(3000));
    }
    ObjectName hurt = whole().getLast();
    WalArchive archive = archive();
    WalPiece piece =
        archive
            .piecesOf(hurt.last().substring(0, 24))
            .map(WalArchive.StoredPiece::piece)
            .filter(is -> is.length() == SEGMENT)
            .findFirst()
            .orElseThrow();
    byte[] bytes = archive.read(piece);
    WalNote note = new WalNote(Instant.now(), null, null);
    archive.put(piece.segment(), 0, bytes, 0, SEGMENT / 2, note);
    archive.put(piece.segment(), SEGMENT / 2, bytes, SEGMENT / 2, SEGMENT / 2, note);
    damage(hurt);
    Restored restored = restore(plan(new RecoveryTarget.Latest(), true));
    String name = hurt.last();
    assertThat(restored.warnings()).anySatisfy(warning -> assertThat(warning).contains(name));
    try (RestoredServer server = RestoredServer.start(cluster, restored.place())) {
      assertThat(server.query("postgres", "SELECT count(*) FROM t")).isEqualTo("[3000]");
    }
  }

  private void damage(ObjectName name) {
    byte[] bytes = store.get(name, 64 << 20);
    bytes[bytes.length / 2] ^= 1;
    store.replace(name, bytes);
  }

  private List<ObjectName> objects(String pattern) {
    try (Stream<ObjectStat> objects = store.list("wal/")) {
      return objects
          .map(ObjectStat::name)
          .filter(name -> name.last().matches(pattern))
          .sorted()
          .toList();
    }
  }

  private static void grant(RestoredServer server) {
    server.execute(
        "postgres", "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
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
