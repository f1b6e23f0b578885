package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.GnuLibc;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program, in a process of its own, on a cluster with tablespaces and some files. */
class DatabaseCommandsTest {
  @TempDir static Path root;
  private static TestCluster cluster;
  private static LaunchedCommand program;
  private static String backup;

  @BeforeAll
  static void backUp() throws Exception {
    cluster = TestCluster.of(18).start();
    cluster.execute(
        "CREATE TABLESPACE fast LOCATION '" + cluster.newDirectory("fast") + "'",
        "CREATE TABLESPACE big LOCATION '" + cluster.newDirectory("big") + "'",
        "CREATE TABLE a TABLESPACE fast AS SELECT n, repeat('a', 500) f FROM generate_series(1, 9000) n",
        "CREATE INDEX a_n ON a (n) TABLESPACE big",
        "CREATE TABLE b AS SELECT n, repeat('b', 500) f FROM generate_series(1, 9000) n");
    program = new LaunchedCommand(root, new Random(1));
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(Files.createDirectory(root.resolve("uploads")).resolve("a.txt"), "stored");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources:
          uploads: {type: files, path: uploads}
          database: {type: postgresql, host: %s}
        policies: {all: {repository: main, sources: [uploads, database]}}
        """
            .formatted(cluster.server().socket().getParent()));
    assertSuccess(program.launch("init", "--no-recovery-kit"));
    assertSuccess(program.launch("backup"));
    backup = program.backups().getFirst();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static void assertSuccess(CommandRun run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
  }

  private static Path placeOf(String tablespace) {
    return cluster.dataDirectory().resolveSibling(tablespace);
  }

  /**
   * Restores with both tablespaces beside the target: one is named by its oid, one by its place.
   */
  private static CommandRun restore(String which, Path target, String... further) throws Exception {
    List<String> all = new ArrayList<>(List.of("--source", "database"));
    all.addAll(List.of(further));
    return program.launch(restoreOfAll(which, target, all.toArray(String[]::new)));
  }

  private static String[] restoreOfAll(String which, Path target, String... further)
      throws Exception {
    String fast = cluster.query("SELECT oid FROM pg_tablespace WHERE spcname = 'fast'");
    List<String> command = new ArrayList<>(List.of("restore", which, "--to", target.toString()));
    command.addAll(List.of("--tablespace", fast + "=" + target + "-fast"));
    command.addAll(List.of("--tablespace", placeOf("big") + "=" + target + "-big"));
    command.addAll(List.of(further));
    return command.toArray(String[]::new);
  }

  private static JsonNode source(CommandRun run) {
    return JsonMapper.shared().readTree(run.out()).get("sources").get(0);
  }

  private static String query(RestoredServer server, String sql) throws Exception {
    try (Connection session = server.connect("postgres");
        Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  private static void execute(RestoredServer server, String... statements) throws Exception {
    try (Connection session = server.connect("postgres");
        Statement statement = session.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static void assertAsItWas(Path target) throws Exception {
    try (RestoredServer server = RestoredServer.start(cluster, target)) {
      assertThat(query(server, "SELECT count(*) || min(f) || max(f) FROM a"))
          .isEqualTo("9000" + "a".repeat(1000));
      assertThat(query(server, "SELECT count(*) || min(f) || max(f) FROM b"))
          .isEqualTo("9000" + "b".repeat(1000));
      assertThat(query(server, "SELECT to_regclass('later')")).isEqualTo("null");
      for (String name : List.of("fast", "big")) {
        assertThat(
                query(
                    server,
                    "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = '"
                        + name
                        + "'"))
            .isEqualTo(target + "-" + name);
      }
      assertThat(server.verifyIndexes("postgres")).isPositive();
    }
  }

  @Test
  void tablespacesGoWhereTheyAreSentTo() throws Exception {
    Path target = placeOf("moved");
    CommandRun run = restore(backup, target);

    assertSuccess(run);
    assertThat(run.out())
        .doesNotContain("of it fetched")
        .contains("-> " + target + "-fast instead of " + placeOf("fast"))
        .contains("-> " + target + "-big instead of " + placeOf("big"));
    assertAsItWas(target);
    assertThat(cluster.query("SELECT count(*) FROM a")).isEqualTo("9000");
  }

  @Test
  void theTablespacesOfTheLivingClusterAreNotTouched() throws Exception {
    Path target = placeOf("unmapped");
    CommandRun run =
        program.launch("restore", backup, "--source", "database", "--to", target.toString());

    assertThat(run.code()).isEqualTo(11);
    assertThat(run.err()).startsWith("holdfast: ").contains("is not empty").hasLineCount(1);
    assertThat(target.resolve("PG_VERSION")).doesNotExist();
    assertThat(cluster.query("SELECT count(*) FROM a")).isEqualTo("9000");
  }

  @Test
  void nothingIsMadeWhenTheDatabaseCannotBeRestored() throws Exception {
    Path target = placeOf("nothing");
    String to = target.toString();
    assertRefused(2, "the backup has no tablespace 1", "--to", to, "--tablespace", "1=/tmp/x");
    assertRefused(2, "is neither oid=", "--to", to, "--tablespace", "somewhere");
    assertRefused(11, "is not empty", "--to", to);
    String within = target + "/uploads";
    assertRefused(
        11,
        "database would go to " + within + ", and uploads to " + within,
        "--to",
        to,
        "--tablespace",
        placeOf("fast") + "=" + within,
        "--tablespace",
        placeOf("big") + "=" + target + "-big");
    assertThat(target).doesNotExist();

    assertRefused(
        4,
        "cannot restore to /proc/x",
        "--source",
        "database",
        "--to",
        "/proc/x",
        "--tablespace",
        placeOf("fast") + "=" + target + "-fast",
        "--tablespace",
        placeOf("big") + "=" + target + "-big");
    assertThat(Path.of(target + "-fast")).doesNotExist();

    Path living = placeOf("fast");
    Set<Path> before = namesIn(living);
    assertRefused(11, "overlaps " + living, "--to", living.toString());
    assertThat(namesIn(living)).isEqualTo(before);
  }

  private static void assertRefused(int code, String message, String... options) {
    List<String> command = new ArrayList<>(List.of("restore", backup));
    command.addAll(List.of(options));
    CommandRun run = program.run(command.toArray(String[]::new));
    assertThat(run.err()).startsWith("holdfast: ").contains(message).hasLineCount(1);
    assertThat(run.code()).isEqualTo(code);
  }

  private static Set<Path> namesIn(Path directory) throws Exception {
    try (Stream<Path> names = Files.list(directory)) {
      return names.collect(Collectors.toSet());
    }
  }

  @Test
  void aRunningServerIsFoundBeforeFilesAreReplaced() throws Exception {
    Path target = placeOf("both");
    assertSuccess(program.launch(restoreOfAll(backup, target)));
    Path file = target.resolve("uploads/a.txt");
    assertThat(file).hasContent("stored");
    try (RestoredServer server = RestoredServer.start(cluster, target.resolve("database"))) {
      Files.writeString(file, "live");
      CommandRun run = program.launch(restoreOfAll(backup, target, "--overwrite"));
      assertThat(run.code()).isEqualTo(11);
      assertThat(run.err()).contains("runs in " + target).hasLineCount(1);
      assertThat(file).hasContent("live");
      assertThat(target.resolve(".holdfast-restore.json")).doesNotExist();
      assertThat(query(server, "SELECT count(*) FROM a")).isEqualTo("9000");
    }
  }

  @Test
  void overItsOwnDirectoryOnlyWhatDiffersIsBroughtBack() throws Exception {
    Path target = placeOf("used");
    JsonNode fresh = source(restore(backup, target, "--json"));
    assertThat(fresh.get("tablespaces")).hasSize(2);
    Path relation;
    try (RestoredServer server = RestoredServer.start(cluster, target)) {
      execute(
          server,
          "UPDATE a SET f = 'changed' WHERE n % 100 = 0",
          "DELETE FROM b WHERE n < 10",
          "CREATE TABLE later TABLESPACE fast AS SELECT generate_series(1, 1000)",
          "CHECKPOINT");
      relation = target.resolve(query(server, "SELECT pg_relation_filepath('a')"));

      CommandRun running = restore(backup, target, "--overwrite");
      assertThat(running.code()).isEqualTo(11);
      assertThat(running.err()).contains("runs in " + target).hasLineCount(1);
      assertThat(query(server, "SELECT count(*) FROM later")).isEqualTo("1000");
    }
    Files.write(target.resolve("stray"), new byte[1]);
    Path stale = relation.resolveSibling(relation.getFileName() + ".1");
    Files.write(stale, new byte[8192]);

    CommandRun refused = restore(backup, target);
    assertThat(refused.code()).isEqualTo(11);
    assertThat(refused.err()).contains(target + " is not empty").hasLineCount(1);
    assertThat(stale).exists();

    CommandRun run = restore(backup, target, "--overwrite", "--json");

    assertSuccess(run);
    assertThat(source(run).get("bytes")).isEqualTo(fresh.get("bytes"));
    assertThat(source(run).get("fetchedBytes").asLong())
        .isPositive()
        .isLessThan(fresh.get("fetchedBytes").asLong() * 2 / 3);
    assertThat(target.resolve("stray")).doesNotExist();
    assertThat(stale).doesNotExist();
    assertAsItWas(target);
  }

  @Test
  void anotherClusterIsReplacedOnlyWhenThatIsAskedFor() throws Exception {
    Path target = placeOf("other");
    NewCluster.usual().create(cluster.server().binaries(), cluster.account(), target);

    CommandRun refused = restore(backup, target, "--overwrite");
    assertThat(refused.code()).isEqualTo(11);
    assertThat(refused.err())
        .contains("holds another cluster", "--replace-cluster")
        .hasLineCount(1);
    assertThat(target.resolve("global/pg_control")).exists();

    assertSuccess(restore(backup, target, "--overwrite", "--replace-cluster"));
    assertAsItWas(target);
  }

  @Test
  void theMetadataOfADatabaseHasExactlyTheDocumentedNames() throws Exception {
    JsonNode shown = JsonMapper.shared().readTree(program.run("show", backup, "--json").out());
    MetadataNames.assertExact(shown, true);
    Set<String> types = new HashSet<>();
    for (JsonNode file : shown.get("files")) {
      types.add(file.get("source").asString() + " " + file.get("type").asString());
    }
    assertThat(types).containsExactlyInAnyOrder("uploads files", "database database");
  }

  @Test
  void theCheckNamesEverythingThatIsMissing() throws Exception {
    cluster.execute("CREATE ROLE limited LOGIN REPLICATION");
    Path other = Files.createDirectories(root.resolve("limited"));
    Files.writeString(
        other.resolve("holdfast.yaml"),
        Files.readString(root.resolve("holdfast.yaml"))
            .replace("path: repository", "path: ../repository")
            .replace("path: uploads", "path: ../uploads")
            .replace("file:passphrase", "file:../passphrase")
            .replace(
                "type: postgresql,",
                "type: postgresql, mode: direct, user: limited, wal: {synchronous: true},"));
    CommandRun run = new LaunchedCommand(other, new Random(1)).run("check");
    assertThat(run.out())
        .contains("does not tell this role where its data directory is")
        .contains("GRANT pg_read_all_settings TO limited; -- or name it with data-directory")
        .contains("GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO limited;")
        .contains("GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO limited");
    assertThat(run.code()).isEqualTo(3);
  }

  @Test
  void whatToReindexIsPrinted() throws Exception {
    cluster.execute("UPDATE pg_database SET datcollversion = '2.5' WHERE datname = 'postgres'");
    try {
      assertSuccess(program.launch("backup"));
    } finally {
      cluster.execute("UPDATE pg_database SET datcollversion = NULL WHERE datname = 'postgres'");
    }
    CommandRun run = restore("latest", placeOf("sorted"));

    assertThat(run.code()).isEqualTo(12);
    assertThat(run.err())
        .contains("warning: database: text was sorted by glibc 2.5, and this machine has ")
        .contains(GnuLibc.version().orElseThrow())
        .hasLineCount(1);
    assertThat(run.out())
        .endsWith(
            """

            After the first start of database, run in psql:
              \\connect "postgres"
              REINDEX DATABASE "postgres";
              ALTER DATABASE "postgres" REFRESH COLLATION VERSION;
            """);

    JsonNode reindex = source(restore("latest", placeOf("sorted-json"), "--json")).get("reindex");
    assertThat(reindex).hasSize(1);
    assertThat(reindex.get(0).get("database").asString()).isEqualTo("postgres");
    assertThat(reindex.get(0).get("statements")).hasSize(2);
  }
}
