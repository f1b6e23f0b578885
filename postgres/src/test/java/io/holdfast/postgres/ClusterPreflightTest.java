package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.PreflightFinding.Weight;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterPreflightTest {
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestCluster.of(18).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  void theDocumentedRoleIsEnough(ReadMethod method) throws SQLException {
    assertThat(check(TestCluster.BACKUP_ROLE, method))
        .noneMatch(finding -> finding.weight() == Weight.PROBLEM)
        .filteredOn(finding -> finding.weight() == Weight.WARNING)
        .extracting(PreflightFinding::subject)
        .containsExactly("pg_read_all_settings");
  }

  @Test
  void eachMissingRightComesWithTheStatementThatGrantsIt() throws SQLException {
    cluster.execute("CREATE ROLE \"new comer\" LOGIN");
    List<PreflightFinding> before = check("new comer", ReadMethod.DIRECT);
    assertThat(problems(before))
        .containsExactly(
            "replication", "pg_backup_start(text, boolean)", "pg_backup_stop(boolean)");

    try (Connection superuser = cluster.superuser();
        Statement statement = superuser.createStatement()) {
      for (PreflightFinding finding : before) {
        if (finding.weight() != Weight.FINE) {
          statement.execute(finding.remedy());
        }
      }
    }

    assertThat(check("new comer", ReadMethod.DIRECT))
        .allMatch(finding -> finding.weight() == Weight.FINE);
  }

  @Test
  void theWayInAndTheDirectoryAreTried() throws Exception {
    BytePath own = BytePath.of(cluster.dataDirectory().toString());
    assertThat(problems(ClusterPreflight.check(cluster.socketSettings(), ReadMethod.DIRECT, own)))
        .isEmpty();
    try (TestCluster locked = TestCluster.of(18).hba("local replication all reject").start();
        TestCluster other = TestCluster.of(15).start()) {
      assertThat(
              problems(
                  ClusterPreflight.check(
                      locked.socketSettings(),
                      ReadMethod.DIRECT,
                      BytePath.of(other.dataDirectory().toString()))))
          .containsExactly("replication connection", "data directory");
      assertThat(
              problems(
                  ClusterPreflight.check(
                      cluster.socketSettings(), ReadMethod.DIRECT, BytePath.of("/nowhere"))))
          .containsExactly("data directory");
    }
  }

  @Test
  void everythingIsFoundAtOnce() throws Exception {
    try (TestCluster server =
        TestCluster.of(18)
            .hba("local secret holdfast reject")
            .setting("max_wal_senders", "1")
            .setting("max_slot_wal_keep_size", "1GB")
            .start()) {
      Path place = server.newDirectory("place");
      server.execute(
          "CREATE TABLESPACE locked LOCATION '" + place + "'",
          "CREATE DATABASE secret",
          "ALTER ROLE postgres SET synchronous_commit = local",
          "ALTER ROLE holdfast CONNECTION LIMIT 2",
          "ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (holdfast, other)'",
          "REVOKE EXECUTE ON FUNCTION pg_backup_stop(boolean) FROM holdfast",
          "SELECT pg_reload_conf()");
      Eventually.holds(() -> server.query("SHOW synchronous_standby_names").contains("holdfast"));
      try (var version = Files.list(place)) {
        Files.delete(version.findFirst().orElseThrow());
      }

      List<PreflightFinding> findings =
          ClusterPreflight.check(server.socketSettings(), ReadMethod.DIRECT, null);

      assertThat(problems(findings))
          .containsExactly("connections", "pg_backup_stop(boolean)", "data directory");
      assertThat(findings)
          .filteredOn(finding -> finding.weight() == Weight.WARNING)
          .extracting(PreflightFinding::subject)
          .contains(
              "pg_read_all_settings",
              "max_slot_wal_keep_size",
              "synchronous_standby_names",
              "databases");
      assertThat(findings)
          .extracting(PreflightFinding::remedy)
          .contains("ALTER ROLE holdfast CONNECTION LIMIT 3;")
          .anyMatch(remedy -> remedy.startsWith("GRANT pg_read_all_settings TO holdfast;"));
      assertThat(problems(ClusterPreflight.check(server.socketSettings(), ReadMethod.STREAM, null)))
          .containsExactly("connections", "max_wal_senders");

      server.execute(
          "GRANT pg_read_all_settings TO holdfast", "ALTER ROLE holdfast CONNECTION LIMIT 9");
      assertThat(problems(ClusterPreflight.check(server.socketSettings(), ReadMethod.DIRECT, null)))
          .containsExactly("pg_backup_stop(boolean)", "tablespace locked");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void asManyConnectionsAsTheCheckAsksForAreEnough(int major, @TempDir Path directory) {
    try (TestCluster server = TestCluster.of(major).start();
        BackupScene scene = new BackupScene(server, directory)) {
      int enough = major < 18 ? 4 : 3;
      server.execute("ALTER ROLE holdfast CONNECTION LIMIT " + (enough - 1));
      ConnectionSettings settings = server.socketSettings();
      assertThat(ClusterPreflight.check(settings, ReadMethod.STREAM, null))
          .extracting(PreflightFinding::remedy)
          .contains("ALTER ROLE holdfast CONNECTION LIMIT " + enough + ";");

      server.execute("ALTER ROLE holdfast CONNECTION LIMIT " + enough);
      Eventually.holds(
          () -> problems(ClusterPreflight.check(settings, ReadMethod.STREAM, null)).isEmpty());
      scene.backup();
      scene.backup(new StreamClusterReader(settings, scene.options()));

      server.execute("ALTER ROLE holdfast CONNECTION LIMIT 0");
      assertThatThrownBy(() -> scene.backup())
          .isInstanceOf(ServerErrorException.class)
          .extracting(e -> ((ServerErrorException) e).hint())
          .asString()
          .contains("CONNECTION LIMIT");
    }
  }

  @Test
  void aStreamNeedsFewerRights() throws SQLException {
    cluster.execute("CREATE ROLE streamer LOGIN REPLICATION");

    assertThat(problems(check("streamer", ReadMethod.STREAM))).isEmpty();
  }

  @Test
  void aSuperuserIsAdvisedAgainst() throws SQLException {
    assertThat(check("postgres", ReadMethod.DIRECT))
        .anyMatch(
            finding ->
                finding.weight() == Weight.WARNING && finding.message().contains("superuser"));
  }

  @Test
  void aServerThatCannotReplicateIsNamed() throws SQLException {
    try (TestCluster minimal =
            TestCluster.of(18)
                .shape(NewCluster.usual().withDataChecksums(false))
                .setting("wal_level", "minimal")
                .setting("max_wal_senders", "0")
                .setting("max_replication_slots", "0")
                .start();
        Connection session = minimal.connect(TestCluster.BACKUP_ROLE, "postgres")) {
      List<PreflightFinding> findings = ClusterPreflight.check(session, ReadMethod.DIRECT);

      assertThat(problems(findings))
          .containsExactly("wal_level", "max_wal_senders", "max_replication_slots");
      assertThat(findings)
          .filteredOn(finding -> finding.weight() == Weight.WARNING)
          .extracting(PreflightFinding::subject)
          .contains("data_checksums");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void theCatalogIsRecordedWithTheRightsOfTheRole(int major) throws SQLException {
    try (TestCluster server =
        TestCluster.of(major).hba("local \"odd name\" holdfast reject").start()) {
      String place = server.newDirectory("schnell-é").toString();
      server.execute(
          "CREATE TABLESPACE fast LOCATION '" + place + "'",
          "CREATE DATABASE \"odd name\"",
          "CREATE DATABASE closed",
          "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
          "CREATE DATABASE \"odd \"\" name\"");
      try (Connection odd = server.connect("postgres", "odd \" name");
          Statement statement = odd.createStatement()) {
        statement.execute("CREATE EXTENSION pg_trgm");
      }

      ServerCatalog catalog;
      try (Connection session = server.connect(TestCluster.BACKUP_ROLE, "postgres")) {
        catalog = new ReadServerCatalog(session, server.socketSettings()::openSql).read();
      }

      assertThat(catalog.major()).isEqualTo(major);
      assertThat(catalog.version()).startsWith(major + ".");
      assertThat(catalog.tablespaces())
          .singleElement()
          .satisfies(
              space -> {
                assertThat(space.name()).isEqualTo("fast");
                assertThat(space.location()).hasToString(place);
                assertThat(space.path()).hasToString("pg_tblspc/" + space.oid());
              });
      assertThat(catalog.databases())
          .extracting(ServerCatalog.Database::name)
          .containsExactlyInAnyOrder(
              "postgres", "template0", "template1", "closed", "odd name", "odd \" name");
      assertThat(catalog.databases())
          .filteredOn(ServerCatalog.Database::lookedInto)
          .extracting(ServerCatalog.Database::name)
          .containsExactlyInAnyOrder("postgres", "template1", "odd \" name");
      assertThat(catalog.machine()).isIn("x86_64", "aarch64");
      assertThat(catalog.extensions())
          .anyMatch(e -> e.database().equals("odd \" name") && e.name().equals("pg_trgm"))
          .noneMatch(e -> e.database().equals("closed"));
      assertThat(catalog.preloadLibraries()).isNull();

      server.execute("GRANT pg_read_all_settings TO holdfast");
      try (Connection session = server.connect(TestCluster.BACKUP_ROLE, "postgres")) {
        catalog = new ReadServerCatalog(session, server.socketSettings()::openSql).read();
      }
      assertThat(catalog.preloadLibraries()).isEmpty();
    }
  }

  private static List<PreflightFinding> check(String role, ReadMethod method) throws SQLException {
    try (Connection session = cluster.connect(role, "postgres")) {
      return ClusterPreflight.check(session, method);
    }
  }

  private static List<String> problems(List<PreflightFinding> findings) {
    return findings.stream()
        .filter(finding -> finding.weight() == Weight.PROBLEM)
        .map(PreflightFinding::subject)
        .toList();
  }
}
