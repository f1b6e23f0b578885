package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreOverTest {
  @TempDir static Path directory;
  private static TestCluster cluster;
  private static BackupScene scene;

  @BeforeAll
  static void makeBackup() {
    cluster = TestCluster.of(18).start();
    scene = new BackupScene(cluster, directory);
    cluster.execute(
        "CREATE TABLESPACE extra LOCATION '" + cluster.newDirectory("extra") + "'",
        "CREATE TABLE t TABLESPACE extra AS SELECT n, repeat('t', 500) AS f FROM"
            + " generate_series(1, 20000) n",
        "CREATE INDEX ON t (n)",
        "ALTER SYSTEM SET work_mem = '5MB'",
        "ALTER SYSTEM SET recovery_target_name = 'older'");
    scene.backup();
  }

  @AfterAll
  static void stop() {
    scene.close();
    cluster.close();
  }

  private static RestoreOptions to(Path place) {
    Path extra = place.resolveSibling(place.getFileName() + "-extra");
    return RestoreOptions.to(BytePath.of(place.toString()))
        .with(
            TablespaceMapping.parse(
                List.of(cluster.dataDirectory().resolveSibling("extra") + "=" + extra)));
  }

  private static List<String> check(Path place) {
    return new RestoredClusterCheck(
            scene.manifest(), scene.repository().contents(), BytePath.of(place.toString()))
        .run();
  }

  @Test
  void overAUsedDirectoryOnlyWhatDiffersIsFetched() throws IOException {
    Path place = scene.newPlace();
    RestoredCluster fresh = scene.restore(to(place));
    assertThat(check(place)).isEmpty();
    try (RestoredServer server = scene.start(place)) {
      server.execute("postgres", "UPDATE t SET f = 'changed' WHERE n % 1000 = 0");
      server.execute("postgres", "CREATE TABLE later AS SELECT generate_series(1, 1000)");
      server.execute("postgres", "CHECKPOINT");
    }
    Path relation =
        place.resolve(cluster.query("SELECT pg_relation_filepath('pg_proc'::regclass)"));
    Files.write(relation.resolveSibling(relation.getFileName() + ".1"), new byte[8192]);
    Files.write(place.resolve("stray"), new byte[1]);
    Files.delete(place.resolve("PG_VERSION"));
    Files.createSymbolicLink(place.resolve("PG_VERSION"), Path.of("/etc/hostname"));

    RestoredCluster again = scene.restore(to(place));

    assertThat(check(place)).isEmpty();
    assertThat(again.removed()).isGreaterThan(3);
    // All segments of the log, and the few pages that changed.
    assertThat(again.fetchedBytes()).isLessThan(fresh.fetchedBytes() * 2 / 3);
    assertThat(place.resolve("stray")).doesNotExist();
    assertThat(relation.resolveSibling(relation.getFileName() + ".1")).doesNotExist();
    assertThat(place.resolve("holdfast.restoring")).doesNotExist();
    try (RestoredServer server = scene.start(place)) {
      assertThat(server.query("postgres", "SELECT count(*), min(length(f)) FROM t"))
          .isEqualTo("[20000, 500]");
      assertThat(server.query("postgres", "SELECT to_regclass('later')")).isEqualTo("[null]");
      assertThat(server.query("postgres", "SHOW work_mem")).isEqualTo("[5MB]");
      assertThat(server.verifyIndexes("postgres")).isPositive();
    }
  }

  @Test
  void aRestoreThatWasBrokenOffLeavesNothingToStartAndIsFinishedByARepeat() {
    Path place = scene.newPlace();
    ReadProgress breakOff =
        new ReadProgress() {
          private long seen;

          @Override
          public void expected(long bytes) {}

          @Override
          public synchronized void read(long bytes) {
            seen += bytes;
            if (seen > 5_000_000) {
              throw new IllegalStateException("broken off");
            }
          }
        };
    assertThatThrownBy(() -> scene.restore(to(place).withProgress(breakOff)))
        .hasStackTraceContaining("broken off");
    assertThat(place.resolve("holdfast.restoring")).exists();
    assertThat(place.resolve("global/pg_control")).doesNotExist();
    assertThatThrownBy(() -> scene.start(place).close()).isInstanceOf(LocalServerException.class);

    scene.restore(to(place));

    assertThat(place.resolve("holdfast.restoring")).doesNotExist();
    assertThat(check(place)).isEmpty();
  }

  @Test
  void aPlaceThatIsNotEmptyIsRefusedAndUntouched() throws IOException {
    Path place = Files.createDirectory(scene.newPlace());
    Files.writeString(place.resolve("letter"), "dear");

    for (RestoreOptions options : List.of(to(place), to(place).forced())) {
      assertThatThrownBy(() -> scene.restore(options))
          .isInstanceOf(ClusterRestoreException.class)
          .hasMessageContaining("neither empty nor the data directory");
    }

    assertThat(place.toFile().list()).containsExactly("letter");
  }

  @Test
  void aRunningServerIsNotTouched() {
    Path place = scene.newPlace();
    scene.restore(to(place));
    try (RestoredServer server = scene.start(place)) {
      assertThatThrownBy(() -> scene.restore(to(place).forced()))
          .isInstanceOf(ClusterRestoreException.class)
          .hasMessageContaining("runs in");
      assertThat(server.query("postgres", "SELECT count(*) FROM t")).isEqualTo("[20000]");
    }
  }

  @Test
  void anotherClusterIsReplacedOnlyByForce() {
    Path place = scene.newPlace();
    NewCluster.usual().create(cluster.server().binaries(), cluster.account(), place);

    assertThatThrownBy(() -> scene.restore(to(place)))
        .isInstanceOf(ClusterRestoreException.class)
        .hasMessageContaining("holds another cluster");
    assertThat(place.resolve("global/pg_control")).exists();

    scene.restore(to(place).forced());
    assertThat(check(place)).isEmpty();
  }

  @Test
  void theTablespaceOfTheLivingSourceIsNotWrittenTo() {
    Path place = scene.newPlace();

    assertThatThrownBy(() -> scene.restore(RestoreOptions.to(BytePath.of(place.toString()))))
        .isInstanceOf(ClusterRestoreException.class)
        .hasMessageContaining("which is not empty");
    assertThat(cluster.query("SELECT count(*) FROM t")).isEqualTo("20000");
  }

  @Test
  void aCheckRefusesWhatTheRestoreWouldAndWritesNothing() throws IOException {
    Path place = scene.newPlace();
    Path full = Files.createDirectory(scene.newPlace());
    Files.writeString(full.resolve("letter"), "dear");
    Path absent = full.resolveSibling("absent");
    Map<RestoreOptions, String> refused =
        Map.of(
            to(place).with(TablespaceMapping.parse(List.of("99999=/somewhere"))),
            "no tablespace 99999",
            to(full),
            "neither empty nor the data directory",
            RestoreOptions.to(BytePath.of(place.toString())),
            "which is not empty",
            onlyTablespaceTo(place, place.resolve("within")),
            "overlaps",
            onlyTablespaceTo(place, absent.resolve("below")),
            "cannot restore to " + place);
    refused.forEach(
        (options, message) ->
            assertThatThrownBy(() -> scene.clusterRestore(options).check())
                .isInstanceOf(ClusterRestoreException.class)
                .hasMessageContaining(message));

    scene.clusterRestore(to(place)).check();
    scene.clusterRestore(onlyTablespaceTo(absent.resolve("data"), absent.resolve("extra"))).check();

    assertThat(place).doesNotExist();
    assertThat(absent).doesNotExist();
    assertThat(full.toFile().list()).containsExactly("letter");
    scene.restore(to(place));
    scene.clusterRestore(to(place)).check();
    assertThat(place.resolve("global/pg_control")).exists();
    assertThat(place.resolve("holdfast.restoring")).doesNotExist();
  }

  private static RestoreOptions onlyTablespaceTo(Path place, Path tablespace) {
    return RestoreOptions.to(BytePath.of(place.toString()))
        .with(
            TablespaceMapping.parse(
                List.of(cluster.dataDirectory().resolveSibling("extra") + "=" + tablespace)));
  }

  @Test
  void mappingsAreChecked() {
    Path place = scene.newPlace();
    RestoreOptions unknown = to(place).with(TablespaceMapping.parse(List.of("99999=/somewhere")));
    assertThatThrownBy(() -> scene.restore(unknown)).hasMessageContaining("no tablespace 99999");
    for (String wrong : List.of("x", "=/a", "1=relative", "/a=")) {
      assertThatThrownBy(() -> TablespaceMapping.parse(List.of(wrong)))
          .isInstanceOf(ClusterRestoreException.class);
    }
    assertThat(place).doesNotExist();
  }

  @Test
  void furtherSettingsWinAndOldTargetsGo() {
    byte[] before =
        "# old\nrecovery_target_time = 'x'\nwork_mem = '5MB'\nRestore_Command='y'\n"
            .getBytes(StandardCharsets.UTF_8);

    String after =
        new String(
            new RecoverySettings(
                    RecoveryEnd.ofBackup(false),
                    false,
                    Map.of("archive_mode", "off", "note", "it's \\"))
                .applyTo(before),
            StandardCharsets.UTF_8);

    assertThat(after)
        .contains("# old\nwork_mem = '5MB'\n", "restore_command = 'false'\n")
        .contains("archive_mode = 'off'\n", "note = 'it''s \\\\'\n")
        .doesNotContain("= 'x'", "='y'")
        .containsSubsequence("recovery_target_time = ''", "recovery_target = 'immediate'");
  }

  /** It has none, and would let every commit wait for ever. */
  @Test
  void aRestoredClusterWaitsForNoReceiverOfItsSource() {
    String after = settingsAfter("synchronous_standby_names = '\"holdfast_sync\"'\nport = 1\n");
    assertThat(after).doesNotContain("synchronous_standby_names").contains("port = 1\n");
    String others = "synchronous_standby_names = 'ANY 1 (a, holdfast_sync)'\n";
    assertThat(settingsAfter(others)).contains(others);
  }

  private static String settingsAfter(String before) {
    return new String(
        new RecoverySettings(RecoveryEnd.ofBackup(false), false, Map.of())
            .applyTo(before.getBytes(StandardCharsets.UTF_8)),
        StandardCharsets.UTF_8);
  }
}
