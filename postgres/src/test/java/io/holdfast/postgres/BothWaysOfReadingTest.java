package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.Content;
import io.holdfast.repository.Entry;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BothWaysOfReadingTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void giveTheSameEntriesAndShareTheirPages(int major) {
    try (TestCluster cluster = TestCluster.of(major).setting("autovacuum", "off").start();
        BackupScene scene = new BackupScene(cluster, directory)) {
      cluster.execute(
          "CREATE TABLESPACE place LOCATION '" + cluster.newDirectory("place") + "'",
          "CREATE TABLE t TABLESPACE place AS SELECT generate_series(1, 10000) n",
          "CREATE UNLOGGED TABLE u AS SELECT generate_series(1, 10000) n",
          "CREATE DATABASE other",
          "VACUUM FREEZE",
          "CHECKPOINT");
      scene.backup();
      scene.backup(new StreamClusterReader(cluster.socketSettings(), scene.options()));

      scene.backup();
      Map<String, String> direct = entries(scene);
      ClusterBackup second =
          scene.backup(new StreamClusterReader(cluster.socketSettings(), scene.options()));
      Map<String, String> stream = entries(scene);

      assertThat(stream).isEqualTo(direct).hasSizeGreaterThan(900);
      assertThat(second.changedPages()).isLessThan(20);
    }
  }

  /** What is kept of each entry; of what every backup has anew, only that it is there. */
  private static Map<String, String> entries(BackupScene scene) {
    Map<String, String> entries = new TreeMap<>();
    for (Iterator<Entry> cursor = scene.manifest().cursor(); cursor.hasNext(); ) {
      Entry entry = cursor.next();
      String path = entry.path().toString();
      if (path.matches("pg_wal/[0-9A-F]{24}")) {
        continue;
      }
      Content content = entry.content();
      boolean anew = path.equals("backup_label") || path.equals("global/pg_control");
      boolean relation = RelationFile.of(entry.path()).isPresent();
      entries.put(
          path,
          "%s %o %d:%d %s %s %s"
              .formatted(
                  entry.type(),
                  entry.mode(),
                  entry.uid(),
                  entry.gid(),
                  relation ? entry.modified() : "",
                  entry.flags(),
                  content == null || anew ? "" : content.checksum()));
    }
    return entries;
  }
}
