package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.PreflightFinding.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TablespacesTest {
  @TempDir Path directory;

  private ClusterReader reader(TestCluster cluster, ReadMethod method) {
    return reader(cluster, method, ReadProgress.NONE);
  }

  private ClusterReader reader(TestCluster cluster, ReadMethod method, ReadProgress progress) {
    ReadOptions options = new ReadOptions("test", 2, directory, progress);
    return switch (method) {
      case DIRECT ->
          new DirectClusterReader(
              cluster.socketSettings(), BytePath.of(cluster.dataDirectory().toString()), options);
      case STREAM -> new StreamClusterReader(cluster.socketSettings(), options);
    };
  }

  private static List<String> problems(TestCluster cluster, ReadMethod method) {
    @Nullable BytePath data =
        method == ReadMethod.DIRECT ? BytePath.of(cluster.dataDirectory().toString()) : null;
    return ClusterPreflight.check(cluster.socketSettings(), method, data).stream()
        .filter(finding -> finding.weight() == Weight.PROBLEM)
        .map(PreflightFinding::message)
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void aTablespaceThatIsNotThereToBeReadFailsTheBackup(ReadMethod method) throws IOException {
    try (TestCluster cluster = TestCluster.of(18).setting("autovacuum", "off").start();
        BackupScene scene = new BackupScene(cluster, directory)) {
      Path place = cluster.newDirectory("place");
      cluster.execute(
          "CREATE TABLESPACE hidden LOCATION '" + place + "'",
          "CREATE TABLE t TABLESPACE hidden AS SELECT 1",
          "CHECKPOINT");
      assertThat(problems(cluster, method)).isEmpty();
      Path version = place.resolve(Files.readString(cluster.dataDirectory().resolve("PG_VERSION")));
      try (var names = Files.list(place)) {
        version = names.findFirst().orElse(version);
      }
      Path aside = cluster.dataDirectory().resolveSibling("aside");

      Files.move(version, aside);
      try {
        assertThatThrownBy(() -> scene.backup(reader(cluster, method)))
            .isInstanceOf(ClusterReadException.class)
            .hasMessageContaining("tablespace hidden")
            .hasMessageContaining(place.toString());
        if (method == ReadMethod.DIRECT) {
          assertThat(problems(cluster, method))
              .singleElement()
              .asString()
              .contains("tablespace hidden", place.toString());
        }
      } finally {
        Files.move(aside, version);
      }
      scene.backup(reader(cluster, method));
    }
  }

  /**
   * Changes something while a backup is read, which goes on meanwhile, slowly: to drop a database,
   * a server waits for every session, that of the backup too.
   */
  private static final class ChangeWhileReading implements ReadProgress {
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Runnable change;
    private volatile boolean seen;

    ChangeWhileReading(Runnable change) {
      this.change = change;
    }

    @Override
    public void expected(long bytes) {
      done.completeAsync(
          () -> {
            change.run();
            return null;
          },
          task -> Thread.ofVirtual().start(task));
    }

    @Override
    public void read(long bytes) {
      if (!seen) {
        try {
          done.get(20, TimeUnit.MILLISECONDS);
          seen = true;
        } catch (TimeoutException e) {
          seen = false; // with the next piece, perhaps
        } catch (InterruptedException | ExecutionException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    boolean wasDoneWhileReading() {
      return seen;
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDroppedDuringABackupIsNotMissed(ReadMethod method) throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start();
        BackupScene scene = new BackupScene(cluster, directory)) {
      String gone = cluster.newDirectory("gone").toString();
      cluster.execute(
          "CREATE TABLESPACE gone LOCATION '" + gone + "'", "CREATE DATABASE doomed", "CHECKPOINT");
      try (Connection session = cluster.connect("postgres", "doomed");
          Statement statement = session.createStatement()) {
        statement.execute("CREATE TABLE t AS SELECT generate_series(1, 10000) n");
        statement.execute("CREATE TABLE u TABLESPACE gone AS SELECT generate_series(1, 10000) n");
      }

      ChangeWhileReading change =
          new ChangeWhileReading(
              () ->
                  cluster.execute(
                      "DROP DATABASE doomed",
                      "DROP TABLESPACE gone",
                      "CREATE TABLE after AS SELECT generate_series(1, 1000) n"));
      ClusterBackup backup = scene.backup(reader(cluster, method, change));

      assertThat(change.wasDoneWhileReading()).isTrue();
      assertThat(backup.warnings()).isEmpty();
      Path place = scene.newPlace();
      String mapping = gone + "=" + cluster.newDirectory("elsewhere");
      scene.restore(
          RestoreOptions.to(BytePath.of(place.toString()))
              .with(TablespaceMapping.parse(List.of(mapping))));
      try (RestoredServer restored = scene.start(place)) {
        assertThat(restored.query("postgres", "SELECT count(*) FROM after")).isEqualTo("[1000]");
        assertThat(
                restored.query(
                    "postgres", "SELECT datname FROM pg_database WHERE datname = 'doomed'"))
            .isEmpty();
        assertThat(restored.verifyIndexes("postgres")).isPositive();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void aTablespaceWithinTheDataDirectoryIsReadDirectlyOrRefused(int major) {
    try (TestCluster cluster =
            TestCluster.of(major).setting("allow_in_place_tablespaces", "on").start();
        BackupScene scene = new BackupScene(cluster, directory)) {
      cluster.execute(
          "CREATE TABLESPACE inside LOCATION ''",
          "CREATE TABLE t TABLESPACE inside AS SELECT generate_series(1, 1000) n");
      assertThat(problems(cluster, ReadMethod.DIRECT)).isEmpty();
      assertThat(problems(cluster, ReadMethod.STREAM))
          .singleElement()
          .asString()
          .contains("inside");
      assertThatThrownBy(() -> scene.backup(reader(cluster, ReadMethod.STREAM)))
          .isInstanceOf(ClusterReadException.class)
          .hasMessageContaining("tablespace inside");

      scene.backup();

      try (RestoredServer restored = scene.restoreAndStart()) {
        assertThat(restored.query("postgres", "SELECT count(*) FROM t")).isEqualTo("[1000]");
      }
    }
  }
}
