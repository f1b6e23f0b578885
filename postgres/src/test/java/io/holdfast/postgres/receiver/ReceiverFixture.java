package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalCoverage;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server, a repository, and receivers between them. */
abstract class ReceiverFixture {
  static final int SEGMENT = 1 << 20;
  static final Timeline ONE = new Timeline(1);

  @TempDir Path temporary;
  final MemoryStore store = new MemoryStore();
  Repository repository;
  TestCluster cluster;

  @BeforeEach
  void start() {
    repository = TestRepository.open(store, temporary.resolve("cache"));
    cluster = newCluster(18, SEGMENT);
  }

  static TestCluster newCluster(int major, int segmentSize) {
    TestCluster cluster =
        TestCluster.of(major).shape(NewCluster.usual().withWalSegmentSize(segmentSize)).start();
    cluster.execute(
        "ALTER SYSTEM SET wal_keep_size = '1GB'",
        "SELECT pg_reload_conf()",
        "CREATE TABLE t (a text)");
    return cluster;
  }

  @AfterEach
  void stop() {
    cluster.close();
    repository.close();
  }

  WalReceiverOptions options(Duration seal) {
    return new WalReceiverOptions(
        "main",
        "holdfast",
        temporary.resolve("spool"),
        1L << 30,
        1L << 30,
        seal,
        Duration.ofMinutes(15),
        Duration.ofMillis(50),
        false,
        Duration.ofSeconds(10),
        Clock.systemUTC());
  }

  RunningReceiver receiver() {
    return receiver(cluster.socketSettings(), Duration.ofMillis(200));
  }

  RunningReceiver receiver(ConnectionSettings server, Duration seal) {
    return new RunningReceiver(server, repository.logs(), options(seal));
  }

  /** Through a name that can be given to another socket: a server that starts again has another. */
  ConnectionSettings movable() throws IOException {
    Path name = temporary.resolve("socket");
    Files.deleteIfExists(name);
    ConnectionSettings now = cluster.socketSettings();
    Files.createSymbolicLink(name, Path.of(now.hosts().getFirst().name()));
    return ConnectionSettings.of(
        name.toString(), now.hosts().getFirst().port(), TestCluster.BACKUP_ROLE);
  }

  Lsn write(int rows) {
    cluster.execute("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, " + rows + ")");
    return flushed();
  }

  Lsn flushed() {
    return Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
  }

  WalArchive archive() {
    return repository.logs().open(repository.logs().logs().getFirst());
  }

  List<LsnRange> stored(Timeline timeline) {
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
  void assertAsOnTheServer() throws IOException {
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

  /** Objects that hold a whole segment, in order. */
  List<ObjectName> whole() {
    return objects("[0-9A-F]{24}-[0-9a-f]{32}");
  }

  void damage(ObjectName name) {
    byte[] bytes = store.get(name, 64 << 20);
    bytes[bytes.length / 2] ^= 1;
    store.replace(name, bytes);
  }

  List<ObjectName> objects(String pattern) {
    try (Stream<ObjectStat> objects = store.list("wal/")) {
      return objects
          .map(ObjectStat::name)
          .filter(name -> name.last().matches(pattern))
          .sorted()
          .toList();
    }
  }
}
