package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/**
 * The server's own incremental backup brings deleted rows back: VACUUM cuts a table short, COPY
 * lets it grow again by whole batches of pages, and the pages of a batch that stay empty are in no
 * log, so their old rows are taken from the backup before.
 */
class ResurrectedRowsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {15, 17, 18})
  void deletedRowsStayDeleted(int major) throws Exception {
    try (TestCluster cluster = TestCluster.of(major).setting("autovacuum", "off").start();
        BackupScene direct = new BackupScene(cluster, directory);
        BackupScene stream = new BackupScene(cluster, directory)) {
      cluster.execute(
          "CREATE TABLE t (id int, filler text)",
          "INSERT INTO t SELECT n, repeat('old', 200) FROM generate_series(1, 6000) n");
      backup(cluster, direct, stream);

      cluster.execute("DELETE FROM t WHERE id > 100", "VACUUM (TRUNCATE) t");
      copy(cluster, 1200);
      cluster.execute("CHECKPOINT");
      if (major >= 17) {
        assertThat(emptyPages(cluster)).as("pages that grew back empty").isPositive();
      }
      backup(cluster, direct, stream);

      String expected = rows(cluster);
      for (BackupScene scene : List.of(direct, stream)) {
        Path place = cluster.dataDirectory().resolveSibling(scene == direct ? "direct" : "stream");
        scene.restore(RestoreOptions.to(BytePath.of(place.toString())));
        try (RestoredServer restored = scene.start(place)) {
          assertThat(restored.query("postgres", "SELECT count(*) FROM t WHERE filler LIKE 'old%'"))
              .isEqualTo("[100]");
          assertThat(restored.query("postgres", "SELECT id, md5(filler) FROM t ORDER BY id"))
              .isEqualTo(expected);
          assertThat(restored.verifyIndexes("postgres")).isPositive();
        }
      }
    }
  }

  private static void backup(TestCluster cluster, BackupScene direct, BackupScene stream) {
    direct.backup();
    stream.backup(new StreamClusterReader(cluster.socketSettings(), stream.options()));
  }

  private static void copy(TestCluster cluster, int rows) throws SQLException, IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < rows; i++) {
      lines.append(100_000 + i).append('\t').append("new".repeat(200)).append('\n');
    }
    try (Connection session = cluster.superuser()) {
      session
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn("COPY t FROM STDIN", new StringReader(lines.toString()));
    }
  }

  private static String rows(TestCluster cluster) throws SQLException {
    try (Connection session = cluster.superuser()) {
      return RestoredServer.rows(session, "SELECT id, md5(filler) FROM t ORDER BY id");
    }
  }

  private static int emptyPages(TestCluster cluster) throws IOException {
    String path = cluster.query("SELECT pg_relation_filepath('t')");
    byte[] file = Files.readAllBytes(cluster.dataDirectory().resolve(path));
    PageVerifier verifier = new PageVerifier(8192, true, Lsn.NONE);
    int empty = 0;
    for (int at = 0; at < file.length; at += 8192) {
      if (verifier.verify(file, at, at / 8192) == PageVerdict.EMPTY) {
        empty++;
      }
    }
    return empty;
  }
}
