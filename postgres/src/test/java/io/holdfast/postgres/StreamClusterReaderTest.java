package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.postgres.RelationPages.Again.Outcome;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.Entry;
import io.holdfast.repository.Manifest;
import io.holdfast.storage.HoldfastException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamClusterReaderTest {
  @TempDir Path temporary;

  private StreamClusterReader reader(TestCluster cluster) {
    return reader(cluster, ReadProgress.NONE);
  }

  private StreamClusterReader reader(TestCluster cluster, ReadProgress progress) {
    return new StreamClusterReader(
        cluster.socketSettings(), new ReadOptions("a test", 2, temporary, progress));
  }

  private static Entry entry(BackupScene scene, String path) {
    return scene.manifest().find(BytePath.of(path)).orElseThrow(() -> new AssertionError(path));
  }

  private static final String SUM = "SELECT count(*), sum(a) FROM t";

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void fullsAndIncrementalsRestoreToWhatWasCommitted(int major) {
    try (TestCluster cluster = TestCluster.of(major).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      cluster.execute("CREATE TABLE t (a int PRIMARY KEY, b text)");
      cluster.execute("INSERT INTO t SELECT i, repeat('x', 300) FROM generate_series(1, 20000) i");
      ClusterBackup full = scene.backup(reader(cluster));
      assertThat(full.details().method()).isEqualTo(ReadMethod.STREAM);
      assertThat(full.details().catalog().major()).isEqualTo(major);
      assertThat(full.details().span().fromStandby()).isFalse();
      assertThat(full.details().span().stop()).isGreaterThan(full.details().span().start());
      assertThat(full.warnings()).isEmpty();
      assertThat(full.changedPages()).isGreaterThan(1000).isLessThanOrEqualTo(full.relationPages());
      assertThat(restoredAnswer(scene, SUM)).isEqualTo("[20000, 200010000]");

      cluster.execute("UPDATE t SET a = -a WHERE a = 777", "DELETE FROM t WHERE a = 20000");
      ClusterBackup incremental = scene.backup(reader(cluster));
      assertThat(incremental.changedPages()).isPositive().isLessThan(200);
      assertThat(restoredAnswer(scene, SUM)).isEqualTo("[19999, 199988446]");
      assertThat(cluster.query("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
    }
  }

  private static String restoredAnswer(BackupScene scene, String query) {
    try (RestoredServer restored = scene.restoreAndStart()) {
      return restored.query("postgres", query);
    }
  }

  @Test
  void entriesAreAsDocumented() {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      Path space = cluster.newDirectory("space");
      cluster.execute(
          "CREATE TABLESPACE elsewhere LOCATION '" + space + "'",
          "CREATE TABLE t TABLESPACE elsewhere AS SELECT 1 AS a",
          "CREATE UNLOGGED TABLE u AS SELECT 1 AS a",
          "CHECKPOINT");
      String oid = cluster.query("SELECT oid FROM pg_tablespace WHERE spcname = 'elsewhere'");
      String table = cluster.query("SELECT pg_relation_filepath('t')");
      String unlogged = cluster.query("SELECT pg_relation_filepath('u')");
      ClusterBackup backup = scene.backup(reader(cluster));

      Entry version = entry(scene, "PG_VERSION");
      Entry root = entry(scene, "");
      Entry base = entry(scene, "base");
      assertThat(root.type()).isEqualTo(NodeType.DIRECTORY);
      assertThat(root.mode()).isEqualTo(base.mode()).isEqualTo(0700);
      assertThat(root.modified().seconds()).isZero();
      for (String made : List.of("backup_label", "tablespace_map")) {
        Entry entry = entry(scene, made);
        assertThat(entry.mode()).isEqualTo(version.mode());
        assertThat(entry.uid()).isEqualTo(version.uid());
        assertThat(entry.modified().seconds()).isZero();
      }
      Entry tablespace = entry(scene, "pg_tblspc/" + oid);
      assertThat(tablespace.type()).isEqualTo(NodeType.DIRECTORY);
      assertThat(tablespace.mode()).isEqualTo(0700);
      Entry relation = entry(scene, table);
      assertThat(relation.content()).matches(content -> content.isPages());
      assertThat(relation.size()).isEqualTo(8192);
      assertThat(entry(scene, "global/pg_control").content())
          .matches(content -> !content.isPages());
      assertThat(scene.manifest().find(BytePath.of(unlogged))).isEmpty();
      assertThat(entry(scene, unlogged + "_init").type()).isEqualTo(NodeType.FILE);
      List<String> wal = new ArrayList<>();
      for (Manifest.Cursor cursor = scene.manifest().cursor(); cursor.hasNext(); ) {
        Entry entry = cursor.next();
        if (entry.path().startsWith(BytePath.of("pg_wal")) && entry.type() == NodeType.FILE) {
          assertThat(entry.size()).isEqualTo(16 << 20);
          wal.add(entry.path().name().toString());
        }
      }
      assertThat(wal)
          .contains(
              WalSegmentName.containing(new Timeline(1), backup.details().span().start(), 16 << 20)
                  .toString());
      assertThat(backup.details().catalog().tablespaces()).hasSize(1);
    }
  }

  @Test
  void tablespacesAndSmallSegmentsRestoreUnderLoad() throws Exception {
    NewCluster shape = NewCluster.usual().withWalSegmentSize(1 << 20);
    try (TestCluster cluster = TestCluster.of(18).shape(shape).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      Path space = cluster.newDirectory("space");
      cluster.execute(
          "CREATE TABLESPACE elsewhere LOCATION '" + space + "'",
          "ALTER ROLE postgres SET default_tablespace = 'elsewhere'");
      LiveLoad.prepare(cluster);
      ClusterBackup backup;
      long committed;
      try (LiveLoad load = LiveLoad.start(cluster)) {
        scene.backup(reader(cluster));
        committed = load.transactions();
        backup = scene.backup(reader(cluster));
      }
      assertThat(backup.warnings()).isEmpty();
      Path place = scene.newPlace();
      scene.restore(
          RestoreOptions.to(BytePath.of(place.toString()))
              .with(
                  TablespaceMapping.parse(
                      List.of(space + "=" + cluster.newDirectory("other space")))));
      try (RestoredServer restored = scene.start(place);
          Connection session = restored.connect("postgres")) {
        assertThat(LiveLoad.verify(session)).isGreaterThanOrEqualTo(committed);
        assertThat(restored.verifyIndexes("postgres")).isGreaterThan(100);
      }
    }
  }

  @Test
  void changesOfTheSchemaDuringTheBackupAreReplayed() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, temporary);
        Connection session = cluster.superuser();
        Statement mine = session.createStatement()) {
      Path space = cluster.newDirectory("space");
      cluster.execute("CREATE TABLESPACE elsewhere LOCATION '" + space + "'");
      mine.execute("CREATE TEMPORARY TABLE mine AS SELECT generate_series(1, 5000) a");
      for (String table : List.of("dropped", "emptied", "rewritten", "moved", "indexed")) {
        cluster.execute(
            "CREATE TABLE "
                + table
                + " AS SELECT i AS a, repeat('x', 500) AS b"
                + " FROM generate_series(1, 3000) i");
      }
      scene.backup(
          reader(
              cluster,
              whenBytesWereRead(
                  2 << 20,
                  () -> {
                    execute(
                        mine,
                        "ALTER TABLE mine SET TABLESPACE elsewhere",
                        "CREATE TEMPORARY TABLE later AS SELECT 1 AS a");
                    cluster.execute(
                        "DROP TABLE dropped",
                        "TRUNCATE emptied",
                        "VACUUM FULL rewritten",
                        "ALTER TABLE moved SET TABLESPACE elsewhere",
                        "CREATE INDEX ON indexed (a)",
                        "CREATE TABLE made AS SELECT 1 AS a",
                        "CREATE DATABASE another");
                  })));
      assertThat(paths(scene)).noneMatch(path -> path.matches(".*/t[0-9]+_[0-9]+.*"));
      Path place = scene.newPlace();
      scene.restore(
          RestoreOptions.to(BytePath.of(place.toString()))
              .with(
                  TablespaceMapping.parse(
                      List.of(space + "=" + cluster.newDirectory("other space")))));
      try (RestoredServer restored = scene.start(place);
          Connection here = cluster.superuser();
          Connection there = restored.connect("postgres")) {
        assertThat(RestoredServer.contents(there)).isEqualTo(RestoredServer.contents(here));
        assertThat(RestoredServer.contents(there)).hasSize(5);
        assertThat(restored.query("another", "SELECT current_database()")).isEqualTo("[another]");
        assertThat(restored.verifyIndexes("postgres")).isGreaterThan(100);
      }
    }
  }

  private static void execute(Statement statement, String... all) {
    try {
      for (String sql : all) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> paths(BackupScene scene) {
    List<String> paths = new ArrayList<>();
    scene.manifest().cursor().forEachRemaining(entry -> paths.add(entry.path().toString()));
    return paths;
  }

  private static ReadProgress whenBytesWereRead(long bytes, Runnable action) {
    return new ReadProgress() {
      private long seen;

      @Override
      public void expected(long all) {}

      @Override
      public void read(long more) {
        boolean before = seen < bytes;
        seen += more;
        if (before && seen >= bytes) {
          action.run();
        }
      }
    };
  }

  @Test
  void damagedPagesAreReportedWithRelationAndBlock() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      cluster.execute(
          "CREATE TABLE t AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 1000)",
          "CHECKPOINT");
      String path = cluster.query("SELECT pg_relation_filepath('t')");
      String number = cluster.query("SELECT pg_relation_filenode('t')");
      try (RandomAccessFile file =
          new RandomAccessFile(cluster.dataDirectory().resolve(path).toFile(), "rw")) {
        file.seek(5 * 8192 + 4000);
        file.write("damage".getBytes(StandardCharsets.US_ASCII));
      }
      ClusterBackup backup = scene.backup(reader(cluster));
      assertThat(backup.details().damagedPageCount()).isEqualTo(1);
      DamagedPage page = backup.details().damagedPages().getFirst();
      assertThat(page.block()).isEqualTo(5);
      assertThat(page.relation().number()).hasToString(number);
      assertThat(backup.warnings()).anySatisfy(w -> assertThat(w).contains("block 5"));
      assertThat(entry(scene, path).flags().damagedPages()).isTrue();
    }
  }

  @Test
  void aRoleThatMayReadFilesLooksAtSuspiciousPagesAgain() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        var sql = cluster.connect("holdfast", "postgres")) {
      cluster.execute("CREATE TABLE t AS SELECT 1 AS a", "CHECKPOINT");
      assertThat(ReadPageOverSql.isAllowed(sql)).isFalse();
      cluster.execute(
          "GRANT pg_read_server_files TO holdfast",
          "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean) TO"
              + " holdfast");
      assertThat(ReadPageOverSql.isAllowed(sql)).isTrue();
      BytePath path = BytePath.of(cluster.query("SELECT pg_relation_filepath('t')"));
      byte[] page = new byte[8192];
      List<String> told = new ArrayList<>();
      try (ReadPageOverSql again = new ReadPageOverSql(cluster.socketSettings(), 8192, told::add)) {
        assertThat(again.read(path, 0, page, 0)).isEqualTo(Outcome.READ);
        assertThat(PageHeader.read(page, 0).lsn()).isGreaterThan(Lsn.NONE);
        assertThat(again.read(path, 8192, page, 0)).isEqualTo(Outcome.CUT_OFF);
        assertThat(again.read(BytePath.of("base/1/99999999"), 0, page, 0))
            .isEqualTo(Outcome.CUT_OFF);
        cluster.query(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
                + " WHERE usename = 'holdfast' AND query LIKE 'SELECT pg_read_binary_file%'");
        assertThat(again.read(path, 0, page, 0)).as("in a new session").isEqualTo(Outcome.READ);
        assertThat(told).isEmpty();
      }
    }
  }

  @Test
  void aSecondLookThatIsRefusedLeavesPagesDamagedAndIsToldOnce() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      mayReadFiles(cluster);
      damagedTable(cluster, 5, 500);
      ReadProgress revoking =
          new ReadProgress() {
            @Override
            public void expected(long bytes) {
              cluster.execute(
                  "REVOKE EXECUTE ON FUNCTION"
                      + " pg_read_binary_file(text, bigint, bigint, boolean) FROM holdfast");
            }

            @Override
            public void read(long bytes) {}
          };
      ClusterBackup backup = scene.backup(reader(cluster, revoking));
      assertThat(backup.details().damagedPageCount()).isEqualTo(2);
      assertThat(backup.warnings())
          .filteredOn(warning -> warning.contains("second look"))
          .singleElement()
          .asString()
          .contains("permission denied");
    }
  }

  private static void mayReadFiles(TestCluster cluster) {
    cluster.execute(
        "GRANT pg_read_server_files TO holdfast",
        "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean) TO holdfast");
  }

  private static void damagedTable(TestCluster cluster, int... blocks) throws Exception {
    cluster.execute(
        "CREATE TABLE t AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 5000)",
        "CHECKPOINT");
    String path = cluster.query("SELECT pg_relation_filepath('t')");
    try (RandomAccessFile file =
        new RandomAccessFile(cluster.dataDirectory().resolve(path).toFile(), "rw")) {
      for (int block : blocks) {
        file.seek(block * 8192L + 4000);
        file.write("damage".getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  @Test
  void progressAddsUpToAboutWhatWasExpected() {
    AtomicLong expected = new AtomicLong();
    AtomicLong read = new AtomicLong();
    ReadProgress progress =
        new ReadProgress() {
          @Override
          public void expected(long bytes) {
            expected.set(bytes);
          }

          @Override
          public void read(long bytes) {
            read.addAndGet(bytes);
          }
        };
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      scene.backup(reader(cluster, progress));
    }
    assertThat(read.get()).isBetween(expected.get() / 2, expected.get() * 2);
  }

  @Test
  void aServerThatDiesEndsTheBackupAndLeavesNone() {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      cluster.execute("CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 30000)");
      ReadProgress killer = whenBytesWereRead(1 << 20, () -> cluster.server().kill());
      assertThatThrownBy(() -> scene.backup(reader(cluster, killer)))
          .isInstanceOf(HoldfastException.class);
    }
  }

  @Test
  void anInterruptEndsTheBackup() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, temporary)) {
      ReadProgress interrupter =
          new ReadProgress() {
            @Override
            public void expected(long bytes) {
              Thread.currentThread().interrupt();
            }

            @Override
            public void read(long bytes) {}
          };
      Throwable[] failure = new Throwable[1];
      Thread backup =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      scene.backup(reader(cluster, interrupter));
                    } catch (HoldfastException e) {
                      failure[0] = e;
                    }
                  });
      backup.join();
      assertThat(failure[0]).isInstanceOf(HoldfastException.class);
      Eventually.holds(
          () -> cluster.query("SELECT count(*) FROM pg_replication_slots").equals("0"));
    }
  }
}
