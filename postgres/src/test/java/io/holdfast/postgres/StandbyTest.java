package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A standby that has lost its primary is enough to read from. */
class StandbyTest {
  @TempDir Path temporary;
  private TestCluster primary;
  private LocalServer standby;

  @BeforeEach
  void start() throws Exception {
    primary = TestCluster.of(18).start();
    primary.execute("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
    Path data = primary.newDirectory("standby");
    new StreamedCopy(primary.socketSettings(), data, () -> {});
    Files.createFile(data.resolve("standby.signal"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    primary.account().ownTree(data);
    standby =
        LocalServerStart.of(primary.server().binaries(), primary.account(), data)
            .with("fsync", "off")
            .start();
  }

  @AfterEach
  void stop() {
    standby.close();
    primary.close();
  }

  private StreamClusterReader reader(ReadProgress progress) {
    return new StreamClusterReader(
        standby.socketSettings(TestCluster.BACKUP_ROLE),
        new ReadOptions("standby", 2, temporary, progress));
  }

  private void promote() {
    try (Connection session = TestCluster.connect(standby, "postgres", "postgres");
        Statement statement = session.createStatement()) {
      statement.execute("SELECT pg_promote(true)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBackupOfAStandbyRestores() {
    assertRestores(reader(ReadProgress.NONE));
  }

  @Test
  void aBackupOfAStandbyThatIsReadDirectlyRestores() {
    ReadOptions options = new ReadOptions("standby", 2, temporary, ReadProgress.NONE);
    assertRestores(
        new DirectClusterReader(
            standby.socketSettings(TestCluster.BACKUP_ROLE),
            BytePath.of(standby.dataDirectory().toString()),
            options));
  }

  /** Nothing is written behind the end of the backup, so recovery ends with the log. */
  private void assertRestores(ClusterReader reader) {
    try (BackupScene scene = new BackupScene(primary, temporary)) {
      ClusterBackup backup = scene.backup(reader);
      assertThat(backup.details().span().fromStandby()).isTrue();
      Path place = scene.newPlace();
      scene.restore(RestoreOptions.to(BytePath.of(place.toString())));
      try (RestoredServer restored = scene.start(place)) {
        assertThat(restored.query("postgres", "SHOW transaction_read_only")).isEqualTo("[off]");
        assertThat(restored.query("postgres", "SELECT count(*), sum(a) FROM t"))
            .isEqualTo("[1000, 500500]");
      }
    }
  }

  @Test
  void aPromotionDuringTheBackupEndsItWithAnError() {
    ReadProgress promoter =
        new ReadProgress() {
          @Override
          public void expected(long bytes) {
            promote();
          }

          @Override
          public void read(long bytes) {}
        };
    try (BackupScene scene = new BackupScene(primary, temporary)) {
      assertThatThrownBy(() -> scene.backup(reader(promoter)))
          .isInstanceOf(PostgresException.class)
          .hasMessageMatching("(?s).*(promoted|timeline).*");
    }
  }

  @Test
  void walOfATimelineThatEndsIsNotReadOn() {
    ConnectionSettings settings = standby.socketSettings(TestCluster.BACKUP_ROLE);
    try (RequiredWal wal = RequiredWal.reserve(settings.openReplication(), "promoted")) {
      Lsn position;
      try (ReplicationSession session = settings.openReplication()) {
        position = session.identify().flushed();
      }
      wal.start(position, new Timeline(1), (name, bytes) -> bytes.readAllBytes());
      promote();
      assertThatThrownBy(
              () -> wal.finish(position.plus(1 << 20), new Timeline(1), Duration.ofSeconds(60)))
          .isInstanceOf(TimelineEndedException.class)
          .hasMessageContaining("left timeline 1");
    }
  }
}
