package io.holdfast.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.EmbeddedBinaries;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.LocalServerStart;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.ServerAccount;
import io.holdfast.postgres.ServerBinaries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever differs between two states of a database is found, and where. */
class TableExportTest {
  private static Path directory;
  private static LocalServer server;

  private Connection session;
  private Statement statement;
  private TableExport before;

  /** Not JUnit's own: the account that runs the server must be able to pass through. */
  @BeforeAll
  static void start() throws Exception {
    directory = Files.createTempDirectory("holdfast-export-test-");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    ServerBinaries binaries =
        new EmbeddedBinaries(directory.resolve("binaries")).onClassPath(18).orElseThrow();
    ServerAccount account = ServerAccount.unprivileged();
    Path data = directory.resolve("data");
    NewCluster.usual().create(binaries, account, data);
    server = LocalServerStart.of(binaries, account, data).start();
    try (Connection connection = server.socketSettings("postgres").openSql();
        Statement create = connection.createStatement()) {
      create.execute(
          "CREATE TABLE t AS SELECT n AS id, 'row-' || n AS f FROM generate_series(1, 99) n");
      create.execute("CREATE TABLE other AS SELECT 1 AS id");
      create.execute("CREATE SEQUENCE s");
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    Directories.remove(directory);
  }

  /** What a test changes is seen by its own session only, and undone at its end. */
  @BeforeEach
  void look() throws Exception {
    session = server.socketSettings("postgres").openSql();
    session.setAutoCommit(false);
    statement = session.createStatement();
    statement.execute("SELECT setval('s', 1)"); // no transaction undoes that
    before = export();
  }

  @AfterEach
  void undo() throws Exception {
    session.rollback();
    session.close();
  }

  private TableExport export() throws Exception {
    return TableExport.of(session, Files.createTempDirectory(directory, "rows-"));
  }

  private List<Difference> differencesAfter(String sql) throws Exception {
    statement.execute(sql);
    return before.differencesTo(export());
  }

  @Test
  void aDatabaseIsEqualToItself() throws Exception {
    assertThat(before.differencesTo(export())).isEmpty();
    assertThat(before.size()).isEqualTo(new TableExport.Size(2, 100));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "UPDATE t SET f = 'changed' WHERE id = 50     | public.t           | 50,row-50",
        "UPDATE t SET f = NULL WHERE id = 50          | public.t           | 50,row-50",
        "INSERT INTO t VALUES (50, 'one more')        | public.t           | one more",
        "INSERT INTO t VALUES (50, 'row-50')          | public.t           | 50,row-50",
        "DELETE FROM t WHERE id = 50                  | public.t           | 50,row-50",
        "DELETE FROM other                            | public.other       | is not there",
        "INSERT INTO other VALUES (2)                 | public.other       | was not there",
        "CREATE INDEX made ON t (f)                   | catalog of indexes | made",
        "CREATE ROLE somebody                         | catalog of roles   | somebody",
        "GRANT SELECT ON t TO PUBLIC                  | catalog of grants  | =r/postgres",
        "SELECT setval('s', 34)                       | catalog of sequences | 34",
      })
  void aSingleChangeIsFoundWhereItIs(String sql, String where, String what) throws Exception {
    assertThat(differencesAfter(sql))
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.what()).isEqualTo(where);
              assertThat(difference.how()).contains(what);
            });
  }

  @Test
  void aMissingTableAndOneTooManyAreFound() throws Exception {
    assertThat(differencesAfter("DROP TABLE other"))
        .contains(new Difference("public.other", "it is missing"));
    assertThat(differencesAfter("CREATE TABLE another (id int)"))
        .contains(new Difference("public.another", "it was not there"));
  }

  @Test
  void aSequenceMayBeAheadAsItIsAfterACrash() throws Exception {
    assertThat(differencesAfter("SELECT setval('s', 33)")).isEmpty();
  }
}
