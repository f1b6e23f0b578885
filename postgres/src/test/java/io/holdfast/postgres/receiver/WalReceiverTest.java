package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.ReplicationSession;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalCoverage;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.window.BasePoint;
import io.holdfast.postgres.window.ClusterWindow;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalReceiverTest {
  private static final int SEGMENT = 1 << 20;
  private static final Timeline ONE = new Timeline(1);

  @TempDir Path temporary;
  private final MemoryStore store = new MemoryStore();
  private Repository repository;
  private TestCluster cluster;

  @BeforeEach
  void start() {
    repository = TestRepository.open(store, temporary.resolve("cache"));
    cluster = TestCluster.of(18).shape(NewCluster.usual().withWalSegmentSize(SEGMENT)).start();
    cluster.execute(
        "ALTER SYSTEM SET wal_keep_size = '1GB'",
        "SELECT pg_reload_conf()",
        "CREATE TABLE t (a text)");
  }

  @AfterEach
  void stop() {
    cluster.close();
    repository.close();
  }

  private WalReceiverOptions options(Duration seal) {
    return new WalReceiverOptions(
        "main",
        "holdfast",
        temporary.resolve("spool"),
        1L << 30,
        seal,
        Duration.ofMillis(50),
        Clock.systemUTC());
  }

  private RunningReceiver receiver() {
    return receiver(cluster.socketSettings(), Duration.ofMillis(200));
  }

  private RunningReceiver receiver(ConnectionSettings server, Duration seal) {
    return new RunningReceiver(server, repository.logs(), options(seal));
  }

  /** Through a name that can be given to another socket: a server that starts again has another. */
  private ConnectionSettings movable() throws IOException {
    Path name = temporary.resolve("socket");
    Files.deleteIfExists(name);
    ConnectionSettings now = cluster.socketSettings();
    Files.createSymbolicLink(name, Path.of(now.hosts().getFirst().name()));
    return ConnectionSettings.of(
        name.toString(), now.hosts().getFirst().port(), TestCluster.BACKUP_ROLE);
  }

  private Lsn write(int rows) {
    cluster.execute("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, " + rows + ")");
    return flushed();
  }

  private Lsn flushed() {
    return Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
  }

  private WalArchive archive() {
    return repository.logs().open(repository.logs().logs().getFirst());
  }

  private List<LsnRange> stored(Timeline timeline) {
    WalCoverage coverage = new WalCoverage(SEGMENT);
    try (Stream<WalArchive.StoredPiece> pieces = archive().pieces(timeline.id())) {
      pieces.forEach(
          is -> {
            Lsn start = WalSegmentName.parse(is.piece().segment(), SEGMENT).start();
            coverage.add(new LsnRange(start.plus(is.piece().from()), start.plus(is.piece().to())));
          });
    }
    return coverage.ranges();
  }

  /** All pieces hold what the server has in the same place. */
  private void assertAsOnTheServer() throws IOException {
    try (Stream<WalArchive.StoredPiece> pieces = archive().pieces()) {
      for (WalArchive.StoredPiece stored : pieces.toList()) {
        WalPiece piece = stored.piece();
        byte[] segment =
            Files.readAllBytes(cluster.dataDirectory().resolve("pg_wal/" + piece.segment()));
        assertThat(archive().read(piece))
            .as(piece.toString())
            .isEqualTo(Arrays.copyOfRange(segment, piece.from(), piece.to()));
      }
    }
  }

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
  void whatIsDurableInTheSpoolIsConfirmedWhileNothingCanBeStored() {
    Lsn end;
    try (RunningReceiver receiver = receiver(cluster.socketSettings(), Duration.ofHours(1))) {
      end = write(100);
      Eventually.holds(
          () ->
              Lsn.parse(
                          cluster.query(
                              "SELECT coalesce(max(restart_lsn), '0/0') FROM pg_replication_slots"))
                      .compareTo(end)
                  >= 0);
      assertThat(receiver.stored()).isEqualTo(Lsn.NONE);
    }
    assertThat(stored(ONE).getLast().to().isBefore(end)).as("stored when it was stopped").isFalse();
  }

  private Repository storageThatIsAway() {
    return TestRepository.open(
        new FaultyStore(store)
            .failFrom(
                FaultyStore.Call.PUT,
                1,
                "",
                () -> new StorageUnavailableException("the storage is away", "wait", null)),
        temporary.resolve("cache"));
  }

  private Lsn confirmed() {
    return Lsn.parse(
        cluster.query("SELECT coalesce(max(restart_lsn), '0/0') FROM pg_replication_slots"));
  }

  @Test
  void whileStorageIsAwayAllIsReceivedAndNothingIsLost() throws IOException {
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(movable(), away.logs(), options(Duration.ofMillis(200)))) {
      write(2500);
      cluster.restart(LocalServer.StopMode.FAST);
      movable();
      end = write(2500);
      Eventually.holds(() -> !confirmed().isBefore(end));
      assertThat(receiver.troubles).isNotEmpty();
      assertThat(receiver.isRunning()).isTrue();
    }
    assertThat(repository.logs().logs()).isEmpty();
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  /** The spool may be all that is left of what was confirmed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasConfirmedIsStoredWhateverBecameOfTheSlotAndTheServer(boolean markIsOld)
      throws IOException {
    Lsn start;
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(
                cluster.socketSettings(), away.logs(), options(Duration.ofMillis(200)))) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      start = receiver.streamed.getFirst();
      end = write(2500);
      Eventually.holds(() -> !confirmed().isBefore(end));
    }
    if (markIsOld) {
      Files.write(lastInSpool().resolveSibling("durable"), new byte[36]);
    }
    cluster.execute("SELECT pg_drop_replication_slot('holdfast')");
    ConnectionSettings gone = cluster.socketSettings();
    cluster.server().stop(LocalServer.StopMode.FAST, Duration.ofMinutes(1));
    try (RunningReceiver receiver = receiver(gone, Duration.ofMillis(200))) {
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    LsnRange stored = stored(ONE).getFirst();
    assertThat(stored.from()).isEqualTo(start);
    assertThat(stored.to().isBefore(end)).isFalse();
  }

  @Test
  void whatIsStoredButDamagedIsStoredAgainBeforeTheSpoolForgetsIt() throws IOException {
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(
                cluster.socketSettings(), away.logs(), options(Duration.ofMillis(200)))) {
      Lsn end = write(1500);
      Eventually.holds(() -> !confirmed().isBefore(end));
      assertThat(receiver.isRunning()).isTrue();
    }
    Path full;
    try (Stream<Path> files = Files.walk(temporary.resolve("spool"))) {
      full = files.filter(file -> file.toFile().length() == SEGMENT).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(full);
    String segment = full.getFileName().toString();
    WalFormat format;
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      format = session.walFormat();
    }
    WalLog log = new WalLog("main", format.system().value(), 18, SEGMENT, format.pageSize());
    WalArchive archive = repository.logs().create(log);
    archive.put(segment, 0, bytes, 0, SEGMENT, new WalNote(Instant.EPOCH, null, null));
    try (Stream<ObjectStat> objects = store.list("wal/")) {
      ObjectName name =
          objects.map(ObjectStat::name).filter(is -> is.value().contains(segment)).toList().get(0);
      byte[] damaged = store.get(name);
      damaged[damaged.length / 2] ^= 1;
      store.replace(name, damaged);
    }
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(10);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.warnings).isNotEmpty();
    }
    WalCoverage whole = new WalCoverage(SEGMENT);
    try (Stream<WalArchive.StoredPiece> pieces = archive.piecesOf(segment)) {
      pieces
          .map(WalArchive.StoredPiece::piece)
          .filter(piece -> piece.length() < SEGMENT)
          .forEach(
              piece -> {
                assertThat(archive.read(piece))
                    .isEqualTo(Arrays.copyOfRange(bytes, piece.from(), piece.to()));
                whole.add(new LsnRange(new Lsn(piece.from()), new Lsn(piece.to())));
              });
    }
    assertThat(whole.ranges()).containsExactly(new LsnRange(Lsn.NONE, new Lsn(SEGMENT)));
  }

  @Test
  void behindAGapTheSpoolIsEmptiedAsBefore() throws IOException {
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    cluster.execute(
        "SELECT pg_drop_replication_slot('holdfast')",
        "ALTER SYSTEM SET wal_keep_size = 0",
        "SELECT pg_reload_conf()",
        "SELECT pg_switch_wal()",
        "CHECKPOINT",
        "INSERT INTO t VALUES ('a')",
        "CHECKPOINT");
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(4000);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).hasSize(1);
      Eventually.holds(() -> segmentsInSpool() <= 2);
    }
  }

  private long segmentsInSpool() {
    try (Stream<Path> files = Files.walk(temporary.resolve("spool"))) {
      return files.filter(file -> file.getFileName().toString().length() == 24).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatACrashLeftAtTheEndOfTheSpoolIsReceivedAgain() throws IOException {
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(
                cluster.socketSettings(), away.logs(), options(Duration.ofMillis(200)))) {
      end = write(300);
      Eventually.holds(() -> !confirmed().isBefore(end));
      assertThat(receiver.isRunning()).isTrue();
    }
    for (boolean markToo : new boolean[] {false, true}) {
      Path last = lastInSpool();
      Files.write(last, new byte[5000], StandardOpenOption.APPEND);
      if (markToo) {
        Files.write(last.resolveSibling("durable"), new byte[100]);
      }
      try (RunningReceiver receiver = receiver()) {
        Lsn next = write(10);
        Eventually.holds(() -> !receiver.stored().isBefore(next));
        assertThat(receiver.damages).isEmpty();
      }
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  private Path lastInSpool() throws IOException {
    try (Stream<Path> files = Files.walk(temporary.resolve("spool"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
          .max(Comparator.comparing(file -> file.getFileName().toString()))
          .orElseThrow();
    }
  }

  @Test
  void aSpoolThatIsFullLeavesTheServerToKeepWhatItWrites() {
    WalReceiverOptions small =
        new WalReceiverOptions(
            "main",
            "holdfast",
            temporary.resolve("spool"),
            2 * SEGMENT,
            Duration.ofMillis(200),
            Duration.ofMillis(50),
            Clock.systemUTC());
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(cluster.socketSettings(), away.logs(), small)) {
      end = write(8000);
      Eventually.holds(
          () -> receiver.troubles.stream().anyMatch(is -> is.category() == FailureCategory.FULL));
      Eventually.holds(() -> cluster.query("SELECT count(*) FROM pg_stat_replication").equals("0"));
      assertThat(confirmed().isBefore(end)).isTrue();
    }
    try (RunningReceiver receiver =
        new RunningReceiver(cluster.socketSettings(), repository.logs(), small)) {
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
    }
    assertThat(stored(ONE)).hasSize(1);
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
  void walThatNoServerHasIsAGapThatIsTold() {
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

  @Test
  void twoReceiversDoNotShareASpool() {
    try (RunningReceiver first = receiver()) {
      Eventually.holds(() -> !first.streamed.isEmpty());
      try (RunningReceiver second = receiver()) {
        Eventually.holds(() -> !second.isRunning());
        assertThat(second.failure())
            .isInstanceOf(SpoolException.class)
            .hasMessageContaining("in use by another receiver");
      }
      Lsn end = write(10);
      Eventually.holds(() -> !first.stored().isBefore(end));
    }
  }
}
