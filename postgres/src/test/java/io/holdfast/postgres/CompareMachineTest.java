package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.GnuLibc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups of a real server, whose catalogs were made to look older than its libraries. */
class CompareMachineTest {
  private static final String OLD = "1.2";

  @TempDir static Path directory;
  private static TestCluster cluster;
  private static BackupScene scene;
  private static ServerBinaries binaries;

  @BeforeAll
  static void start() {
    cluster = TestCluster.of(18).hba("local shut holdfast reject").start();
    scene = new BackupScene(cluster, directory);
    binaries = cluster.server().binaries();
    cluster.execute(
        "CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de'",
        "CREATE DATABASE shut",
        "CREATE COLLATION names (provider = icu, locale = 'en')",
        "CREATE TABLE people (name text COLLATE names UNIQUE, other text COLLATE \"und-x-icu\")",
        "CREATE INDEX ON people (other)");
  }

  @AfterAll
  static void stop() {
    scene.close();
    cluster.close();
  }

  private static MachineComparison compare(Map<String, Object> details, CollationLibraries here) {
    return new CompareMachine(new RecordedDetails(details), "amd64", Optional.of(binaries), here)
        .run();
  }

  /** Backs up, and gives what the record says. */
  private static Map<String, Object> details() {
    scene.backup();
    return scene.details();
  }

  private static Map<String, Object> with(Map<String, Object> details, String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(details);
    changed.put(name, value);
    return changed;
  }

  @Test
  void aMachineWithTheSameLibrariesFits() {
    assertThat(compare(details(), new ServerLibraries(Optional.of(binaries))))
        .isEqualTo(new MachineComparison(List.of(), List.of()));
  }

  @Test
  void indexesOfAnOlderOrderAreListedUntilTheStatementsWereRun() throws Exception {
    cluster.execute(
        "UPDATE pg_database SET datcollversion = '" + OLD + "' WHERE datname = 'sorted'",
        "UPDATE pg_collation SET collversion = '" + OLD + "' WHERE collname = 'names'");
    String now = cluster.query("SELECT pg_collation_actual_version('names'::regcollation)");

    MachineComparison older = compare(details(), new ServerLibraries(Optional.of(binaries)));

    assertThat(older.reindex())
        .containsExactlyInAnyOrder(
            new DatabaseReindex(
                "sorted",
                List.of(
                    "REINDEX DATABASE \"sorted\"",
                    "ALTER DATABASE \"sorted\" REFRESH COLLATION VERSION")),
            new DatabaseReindex(
                "postgres",
                List.of(
                    "REINDEX DATABASE \"postgres\"",
                    "ALTER COLLATION \"public\".\"names\" REFRESH VERSION")));
    assertThat(older.warnings())
        .anyMatch(w -> w.startsWith("text was sorted by ICU 1.2, and this machine has " + now))
        .anyMatch(w -> w.contains("was already read with " + now))
        .allMatch(w -> w.contains("databases postgres, sorted"));
    assertThat(older.reindex().getFirst().script().getFirst()).startsWith("\\connect \"");

    for (DatabaseReindex database : older.reindex()) {
      try (Connection session = cluster.connect("postgres", database.database());
          Statement statement = session.createStatement()) {
        for (String sql : database.statements()) {
          statement.execute(sql);
        }
      }
    }
    assertThat(compare(details(), new ServerLibraries(Optional.of(binaries))).reindex()).isEmpty();
  }

  @Test
  void anotherLibraryConcernsWhatWasSortedByItAndWhatIsNotKnown() {
    CollationLibraries same = new ServerLibraries(Optional.of(binaries));
    MachineComparison other =
        compare(
            details(),
            new CollationLibraries() {
              @Override
              public Optional<String> libc() {
                return Optional.of("9.9");
              }

              @Override
              public Optional<String> icu(String locale) {
                return locale.equals("und") ? Optional.of("9.9") : same.icu(locale);
              }
            });

    // What orders by bytes or by another locale is not concerned.
    assertThat(other.reindex())
        .containsExactlyInAnyOrder(
            new DatabaseReindex("shut", List.of("REINDEX DATABASE \"shut\"")),
            new DatabaseReindex(
                "postgres",
                List.of(
                    "REINDEX DATABASE \"postgres\"",
                    "ALTER COLLATION \"pg_catalog\".\"und-x-icu\" REFRESH VERSION")));
    assertThat(other.warnings())
        .singleElement()
        .asString()
        .startsWith("text was sorted by ICU " + same.icu("und").orElseThrow())
        .contains(", and this machine has 9.9", "databases postgres, shut ");
  }

  @Test
  void theVersionOfTheCLibraryIsThatOfThisMachine() {
    Map<String, Object> database =
        Map.of("name", "d", "provider", "c", "collate", "de_DE.UTF-8", "collationVersion", OLD);
    Map<String, Object> details = Map.of("databases", List.of(database));
    String now = GnuLibc.version().orElseThrow();

    assertThat(CompareMachine.withThis(details).warnings())
        .singleElement()
        .asString()
        .startsWith("text was sorted by glibc " + OLD + ", and this machine has " + now);
    Map<String, Object> same = with(database, "collationVersion", now);
    assertThat(CompareMachine.withThis(Map.of("databases", List.of(same))).warnings()).isEmpty();
    Map<String, Object> without = with(database, "collationVersion", 1);
    assertThat(CompareMachine.withThis(Map.of("databases", List.of(without))).warnings())
        .singleElement()
        .asString()
        .startsWith("the backup does not say what version of glibc sorted its text");
    Map<String, Object> bytes = with(without, "collate", "C.UTF-8");
    assertThat(CompareMachine.withThis(Map.of("databases", List.of(bytes))).warnings()).isEmpty();
  }

  @Test
  void whatCannotBeComparedIsSaid() {
    MachineComparison unknown = compare(details(), new ServerLibraries(Optional.empty()));

    assertThat(unknown.reindex()).isEmpty();
    assertThat(unknown.warnings())
        .isNotEmpty()
        .allMatch(w -> w.startsWith("text was sorted by ICU "))
        .allMatch(w -> w.contains("cannot be told on this machine"))
        .noneMatch(w -> w.contains("template0"));
  }

  @Test
  void theOldestTemplateIsRefreshedFromTheOtherOne() {
    Map<String, Object> template =
        Map.of("name", "template0", "provider", "i", "locale", "de", "collationVersion", OLD);

    assertThat(
            compare(
                    Map.of("major", 18, "databases", List.of(template)),
                    new ServerLibraries(Optional.of(binaries)))
                .reindex())
        .containsExactly(
            new DatabaseReindex(
                "template1",
                List.of(
                    "REINDEX DATABASE \"template1\"",
                    "ALTER DATABASE \"template0\" REFRESH COLLATION VERSION")));
  }

  @Test
  void aServerThatCannotRunTheClusterIsNamed() {
    Map<String, Object> wrong = with(details(), "pageSize", 16384);
    wrong = with(wrong, "preloadLibraries", List.of("pg_stat_statements", "$libdir/absent"));
    wrong =
        with(
            wrong,
            "extensions",
            List.of(
                Map.of("database", "postgres", "name", "plpgsql", "version", "1.0"),
                Map.of("database", "sorted", "name", "nowhere", "version", "1.0")));

    assertThat(compare(wrong, new ServerLibraries(Optional.of(binaries))).warnings())
        .hasSize(3)
        .anyMatch(w -> w.contains("pages of relations of 16384") && w.contains("built for 8192"))
        .anyMatch(w -> w.contains("names $libdir/absent") && w.contains("/absent.so"))
        .anyMatch(w -> w.contains("extension nowhere of database sorted"));
  }

  @Test
  void anotherProcessorIsNamed() {
    assertThat(
            new CompareMachine(
                    new RecordedDetails(Map.of("machine", "aarch64")),
                    "amd64",
                    Optional.empty(),
                    new ServerLibraries(Optional.empty()))
                .run()
                .warnings())
        .singleElement()
        .asString()
        .startsWith("the cluster ran on aarch64, and this machine is x86_64");
  }

  @Test
  void aRecordOfAnOlderVersionIsComparedAsFarAsItGoes() {
    assertThat(CompareMachine.withThis(Map.of()))
        .isEqualTo(new MachineComparison(List.of(), List.of()));
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void theServersOwnIcuIsAskedAsTheServerAsksIt(int major) throws Exception {
    try (TestCluster server = TestCluster.of(major).start()) {
      IcuLibrary icu = IcuLibrary.of(server.server().binaries()).orElseThrow();
      for (String locale : List.of("und", "de", "sv", "zh")) {
        assertThat(icu.collationVersion(locale))
            .as(locale)
            .hasValue(
                server.query(
                    "SELECT pg_collation_actual_version('\""
                        + locale
                        + "-x-icu\"'::regcollation)"));
      }
      InstalledServer installed = new InstalledServer(server.server().binaries());
      assertThat(installed.builtWith("block_size")).hasValue(8192);
      assertThat(installed.builtWith("segment_size")).hasValue(131072);
      assertThat(installed.libraries()).isPresent();
      assertThat(installed.extensions()).isPresent();
    }
  }

  @Test
  void programsWithoutIcuHaveNone() throws Exception {
    Path programs = Files.createDirectory(directory.resolve("bin"));
    Path program =
        Files.writeString(programs.resolve("postgres"), "#!/bin/sh\n", StandardCharsets.US_ASCII);
    assertThat(program.toFile().setExecutable(true)).isTrue();

    assertThat(IcuLibrary.of(new ServerBinaries(programs, "18.0"))).isEmpty();
  }

  @Test
  void versionsAreWrittenAsIcuDoes() {
    assertThat(IcuLibrary.text(new byte[] {(byte) 153, 120, 0, 0})).isEqualTo("153.120");
    assertThat(IcuLibrary.text(new byte[] {(byte) 153, 120, 0, 1})).isEqualTo("153.120.0.1");
    assertThat(IcuLibrary.text(new byte[] {7, 0, 0, 0})).isEqualTo("7.0");
  }
}
