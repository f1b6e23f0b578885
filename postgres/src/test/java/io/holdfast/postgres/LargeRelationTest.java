package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A relation of more than one segment file, changed in the second one and then cut short. */
@Tag("slow")
class LargeRelationTest {
  @TempDir Path directory;

  @Test
  void segmentsAreBackedUpByTheirPagesAndVanishWhenTheyAreCutOff() throws Exception {
    try (TestCluster cluster =
            TestCluster.of(18)
                .setting("autovacuum", "off")
                .setting("wal_level", "replica")
                .setting("max_wal_size", "4GB")
                .start();
        BackupScene scene = new BackupScene(cluster, directory)) {
      // One row a page, uncompressed and in the table itself: few rows for many pages.
      cluster.execute(
          "CREATE TABLE large (n int, filler text STORAGE PLAIN)",
          "INSERT INTO large SELECT n, repeat(md5(n::text), 230)"
              + " FROM generate_series(1, 140000) n",
          "VACUUM FREEZE large"); // else the first look at each row changes its page
      String path = cluster.query("SELECT pg_relation_filepath('large')");
      assertThat(cluster.dataDirectory().resolve(path + ".1")).exists();
      scene.backup();
      assertThat(scene.manifest().find(BytePath.of(path + ".1"))).isPresent();

      cluster.execute("UPDATE large SET n = -n WHERE n BETWEEN 139000 AND 139010");
      ClusterBackup changed = scene.backup();
      assertThat(changed.changedPages()).isLessThan(500);
      Map<String, String> expected = contents(cluster);
      Path place = scene.newPlace();
      scene.restore(RestoreOptions.to(BytePath.of(place.toString())));
      try (RestoredServer restored = scene.start(place);
          Connection session = restored.connect("postgres")) {
        assertThat(RestoredServer.contents(session)).isEqualTo(expected);
      }

      cluster.execute("DELETE FROM large WHERE n > 1000 OR n < 0", "VACUUM (TRUNCATE) large");
      scene.backup();
      assertThat(scene.manifest().find(BytePath.of(path + ".1")).map(e -> e.size()).orElse(0L))
          .isZero();
      RestoredCluster over = scene.restore(RestoreOptions.to(BytePath.of(place.toString())));
      assertThat(over.fetchedBytes()).isLessThan(200L << 20);
      try (RestoredServer restored = scene.start(place)) {
        assertThat(restored.query("postgres", "SELECT count(*), max(n), min(n) FROM large"))
            .isEqualTo("[1000, 1000, 1]");
        assertThat(restored.verifyIndexes("postgres")).isPositive();
      }
    }
  }

  private static Map<String, String> contents(TestCluster cluster) throws Exception {
    try (Connection session = cluster.superuser()) {
      return RestoredServer.contents(session);
    }
  }
}
