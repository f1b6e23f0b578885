package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterRestoreTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void aBackupUnderLoadRestoresToASoundCluster(int major) throws Exception {
    try (TestCluster cluster = TestCluster.of(major).start();
        BackupScene scene = new BackupScene(cluster, directory)) {
      LiveLoad.prepare(cluster);
      ClusterBackup full;
      ClusterBackup incremental;
      long committed;
      try (LiveLoad load = LiveLoad.start(cluster)) {
        full = scene.backup();
        committed = load.transactions();
        incremental = scene.backup();
      }

      assertThat(full.changedPages()).isPositive();
      assertThat(incremental.changedPages()).isPositive().isLessThan(full.changedPages() / 2);
      assertThat(incremental.warnings()).isEmpty();
      try (RestoredServer restored = scene.restoreAndStart();
          Connection session = restored.connect("postgres")) {
        assertThat(LiveLoad.verify(session)).isGreaterThanOrEqualTo(committed);
        assertThat(restored.verifyIndexes("postgres")).isGreaterThan(100);
        restored.execute("postgres", "INSERT INTO branches VALUES (2, 0)");
        assertThat(restored.query("postgres", "SELECT timeline_id FROM pg_control_checkpoint()"))
            .isEqualTo("[2]");
      }
    }
  }
}
