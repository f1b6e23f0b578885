package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.wal.WalSegmentName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BaseBackupStreamTest {
  private Path home;

  @BeforeEach
  void makeHome() throws Exception {
    home = Files.createTempDirectory("holdfast-copy-");
    Files.setPosixFilePermissions(
        home, java.nio.file.attribute.PosixFilePermissions.fromString("rwx--x--x"));
  }

  @AfterEach
  void removeHome() throws Exception {
    RemoveTree.at(BytePath.of(home.toString()));
  }

  private static String startCopy(int major, Path data, String query, String... settings)
      throws Exception {
    ServerAccount account = ServerAccount.unprivileged();
    Files.setPosixFilePermissions(
        data, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    account.ownTree(data);
    LocalServerStart start =
        LocalServerStart.of(TestCluster.binaries(major), account, data)
            .with("archive_mode", "off")
            .with("fsync", "off");
    for (int i = 0; i < settings.length; i += 2) {
      start = start.with(settings[i], settings[i + 1]);
    }
    try (LocalServer server = start.start();
        var connection = TestCluster.connect(server, "postgres", "postgres");
        var statement = connection.createStatement();
        var row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Map<String, String> dataFiles(StreamedCopy copy) {
    // The server lists the label and the map, and the WAL directories' contents not at all.
    return copy.files.entrySet().stream()
        .filter(e -> !e.getKey().equals("tablespace_map") || copy.listed.containsKey(e.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private void aClusterIsCopied(int major) throws Exception {
    Path data = Files.createDirectory(home.resolve("data"));
    try (TestCluster cluster = TestCluster.of(major).start()) {
      cluster.execute(
          "CREATE TABLE t (a int PRIMARY KEY, b text)",
          "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i",
          "CREATE UNLOGGED TABLE u AS SELECT 1 AS a");
      StreamedCopy copy =
          new StreamedCopy(
              cluster.socketSettings(),
              data,
              () -> cluster.execute("INSERT INTO t SELECT i FROM generate_series(20001, 30000) i"));
      assertThat(dataFiles(copy)).isEqualTo(copy.listed);
      assertThat(copy.listed).containsKeys("global/pg_control", "PG_VERSION", "backup_label");
      assertThat(Files.readString(data.resolve("backup_label")))
          .contains("LABEL: it's a \"label\"")
          .contains("START WAL LOCATION: " + copy.start.position());
      assertThat(copy.end.position()).isGreaterThan(copy.start.position());
      assertThat(copy.segments).isNotEmpty();
      assertThat(cluster.query("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
    }
    assertThat(startCopy(major, data, "SELECT count(*) || ',' || sum(a) FROM t"))
        .isEqualTo("30000,450015000");
  }

  @Test
  void aStreamedClusterStartsWithWhatWasCommitted() throws Exception {
    aClusterIsCopied(18);
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17})
  void olderVersionsStreamAlike(int major) throws Exception {
    aClusterIsCopied(major);
  }

  @Test
  void tablespacesAreBelowTheirDirectory() throws Exception {
    Path data = Files.createDirectory(home.resolve("data"));
    String oid;
    try (TestCluster cluster = TestCluster.of(18).start()) {
      Path space = cluster.newDirectory("näme with space");
      cluster.execute("CREATE TABLESPACE elsewhere LOCATION '" + space + "'");
      cluster.execute("CREATE TABLE t TABLESPACE elsewhere AS SELECT 7 AS a");
      oid = cluster.query("SELECT oid FROM pg_tablespace WHERE spcname = 'elsewhere'");
      StreamedCopy copy = new StreamedCopy(cluster.socketSettings(), data, () -> {});
      assertThat(dataFiles(copy)).isEqualTo(copy.listed);
      assertThat(copy.start.tablespaces())
          .anySatisfy(
              tablespace -> {
                assertThat(tablespace.oid()).hasToString(oid);
                assertThat(tablespace.location().toString()).isEqualTo(space.toString());
              });
      assertThat(copy.start.estimatedBytes()).isGreaterThan(10 << 20);
      assertThat(copy.files.keySet())
          .anyMatch(name -> name.startsWith("pg_tblspc/" + oid + "/PG_18"));
      assertThat(Files.readString(data.resolve("tablespace_map"))).contains(oid + " " + space);
      Files.delete(data.resolve("tablespace_map"));
    }
    assertThat(startCopy(18, data, "SELECT a FROM t", "allow_in_place_tablespaces", "on"))
        .isEqualTo("7");
  }

  @Test
  void smallWalSegmentsAreCompleteAndInOrder() throws Exception {
    Path data = Files.createDirectory(home.resolve("data"));
    NewCluster shape = NewCluster.usual().withWalSegmentSize(1 << 20);
    try (TestCluster cluster = TestCluster.of(18).shape(shape).start()) {
      cluster.execute("CREATE TABLE t AS SELECT 0 AS a, ''::text AS b");
      StreamedCopy copy =
          new StreamedCopy(
              cluster.socketSettings(),
              data,
              () ->
                  cluster.execute(
                      "INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, 6000) i"));
      assertThat(copy.segments).hasSizeGreaterThan(6);
      WalSegmentName first =
          WalSegmentName.containing(copy.start.timeline(), copy.start.position(), 1 << 20);
      WalSegmentName last =
          WalSegmentName.containing(copy.end.timeline(), copy.end.position(), 1 << 20);
      assertThat(copy.segments.getFirst()).isEqualTo(first.toString());
      assertThat(copy.segments.getLast()).isEqualTo(last.toString());
      assertThat(copy.segments).hasSize((int) (last.number() - first.number() + 1));
      for (String segment : copy.segments) {
        assertThat(data.resolve("pg_wal").resolve(segment)).hasSize(1 << 20);
      }
    }
    assertThat(startCopy(18, data, "SELECT sum(a) FROM t")).isEqualTo("18003000");
  }

  @Test
  void aServerThatDiesMidStreamEndsTheBackupWithAnError() throws Exception {
    Path data = Files.createDirectory(home.resolve("data"));
    try (TestCluster cluster = TestCluster.of(18).start()) {
      cluster.execute("CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 50000)");
      assertThatThrownBy(
              () -> new StreamedCopy(cluster.socketSettings(), data, () -> cluster.server().kill()))
          .isInstanceOf(PostgresException.class);
    }
  }

  @Test
  void anErrorOfTheServerMidStreamIsTold() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        ReplicationSession session = cluster.socketSettings().openReplication()) {
      // Headers of tar have room for 99 bytes.
      Path overlong = Files.createFile(cluster.dataDirectory().resolve("z".repeat(120)));
      cluster.account().own(overlong);
      BaseBackupStream stream = session.baseBackup(BaseBackupRequest.labelled("overlong"));
      assertThatThrownBy(() -> readAll(stream))
          .isInstanceOf(ServerErrorException.class)
          .hasMessageContaining("too long for tar")
          .hasMessageContaining("a base backup");
    }
  }

  @Test
  void aSessionThatIsTerminatedMidStreamEndsTheBackup() {
    try (TestCluster cluster = TestCluster.of(18).start();
        ReplicationSession session = cluster.socketSettings().openReplication()) {
      cluster.execute("CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 50000)");
      BaseBackupStream stream = session.baseBackup(BaseBackupRequest.labelled("terminated"));
      cluster.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'walsender'");
      assertThatThrownBy(() -> readAll(stream)).isInstanceOf(PostgresException.class);
    }
  }

  @Test
  void abortingFromAnotherThreadEndsAWait() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        ReplicationSession session = cluster.socketSettings().openReplication()) {
      BaseBackupStream stream = session.baseBackup(BaseBackupRequest.labelled("aborted"));
      Thread other = Thread.ofVirtual().start(session::abort);
      other.join(Duration.ofSeconds(10));
      assertThatThrownBy(() -> readAll(stream))
          .isInstanceOf(ServerConnectionException.class)
          .hasMessageContaining("Cancelled");
    }
  }

  @Test
  void theRateCanBeLimited() {
    try (TestCluster cluster = TestCluster.of(18).start();
        ReplicationSession session = cluster.socketSettings().openReplication()) {
      BaseBackupStream stream =
          session.baseBackup(
              new BaseBackupRequest("slow", true, false, 16 << 10, Duration.ofMinutes(1)));
      assertThat(stream.start().estimatedBytes()).isZero();
      long began = System.nanoTime();
      long bytes = readAll(stream);
      double seconds = (System.nanoTime() - began) / 1e9;
      assertThat(bytes / seconds).isLessThan(24 << 20);
    }
  }

  @Test
  @Tag("slow")
  void filesLargerThanTwoGigabytesOfStreamAreCountedRight() {
    try (TestCluster cluster = TestCluster.of(18).start();
        ReplicationSession session = cluster.socketSettings().openReplication()) {
      cluster.execute(
          "CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 1200000)");
      long expected = Long.parseLong(cluster.query("SELECT pg_table_size('t')"));
      long bytes = readAll(session.baseBackup(BaseBackupRequest.labelled("large")));
      assertThat(bytes).isGreaterThan(expected);
    }
  }

  private static long readAll(BaseBackupStream stream) {
    long bytes = 0;
    byte[] buffer = new byte[1 << 16];
    for (var member = stream.next(); member.isPresent(); member = stream.next()) {
      for (int n = stream.read(buffer, 0, buffer.length);
          n >= 0;
          n = stream.read(buffer, 0, buffer.length)) {
        bytes += n;
      }
    }
    stream.end();
    return bytes;
  }

  @Test
  void labelsAndRatesAreChecked() {
    assertThatThrownBy(() -> BaseBackupRequest.labelled("a\nb"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BaseBackupRequest.labelled("x".repeat(2000)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BaseBackupRequest("a", true, true, 5, Duration.ofMinutes(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(BaseBackupRequest.labelled("it's").command()).contains("'it''s'");
  }
}
