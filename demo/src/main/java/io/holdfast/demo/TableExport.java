package io.holdfast.demo;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * All rows of all tables of a database, and what the catalog says about it, as one file of lines
 * for each table: so that two states can be compared row by row. The rows are sorted by all their
 * columns.
 */
final class TableExport {
  private static final String SEQUENCES = "catalog of sequences";
  private static final String TABLES =
      """
      SELECT format('%I.%I', n.nspname, c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      ORDER BY 1
      """;

  /** Queries whose results must be the same too, by the name of their file. */
  private static final Map<String, String> CATALOG =
      new TreeMap<>(
          Map.of(
              "columns",
                  "SELECT table_schema, table_name, ordinal_position, column_name, data_type, is_nullable,"
                      + " column_default, identity_generation FROM information_schema.columns"
                      + " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3",
              "indexes",
                  "SELECT schemaname, indexname, indexdef FROM pg_indexes"
                      + " WHERE schemaname <> 'pg_catalog' ORDER BY 1, 2",
              "constraints",
                  "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                      + " WHERE connamespace <> 'pg_catalog'::regnamespace ORDER BY 1, 2",
              "sequences",
                  "SELECT schemaname, sequencename, increment_by, last_value FROM pg_sequences ORDER BY 1, 2",
              "functions",
                  "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace::regnamespace"
                      + "::text = 'platform' ORDER BY 1",
              "roles",
                  "SELECT r.*, s.setconfig FROM pg_authid r LEFT JOIN pg_db_role_setting s"
                      + " ON s.setrole = r.oid ORDER BY r.rolname",
              "grants",
                  "SELECT relname, relacl::text FROM pg_class WHERE relacl IS NOT NULL ORDER BY relnamespace, 1",
              "server-settings",
                  "SELECT name, setting FROM pg_file_settings WHERE name !~"
                      + " '^(recovery_|primary_|restore_command|archive_cleanup_command)' ORDER BY 1, 2"));

  private final Path directory;

  private TableExport(Path directory) {
    this.directory = directory;
  }

  /** Writes what a database holds now into a new directory. */
  static TableExport of(Connection connection, Path directory) {
    try {
      Files.createDirectories(directory);
      for (String table : tables(connection)) {
        copy(
            connection,
            "SELECT t::text FROM ONLY " + table + " t ORDER BY 1",
            directory.resolve(table));
      }
      for (Map.Entry<String, String> query : CATALOG.entrySet()) {
        copy(connection, query.getValue(), directory.resolve("catalog of " + query.getKey()));
      }
      return new TableExport(directory);
    } catch (SQLException | IOException e) {
      throw new DemoException("cannot export the sample database: " + e.getMessage(), e);
    }
  }

  private static List<String> tables(Connection connection) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(TABLES)) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }

  private static void copy(Connection connection, String query, Path file)
      throws SQLException, IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut("COPY (" + query + ") TO STDOUT", out);
    }
  }

  /**
   * How many there are, for telling it.
   *
   * @param tables tables with rows of their own
   * @param rows in them
   */
  record Size(int tables, long rows) {}

  Size size() {
    int tables = 0;
    long rows = 0;
    for (String name : names()) {
      if (!name.startsWith("catalog of ")) {
        tables++;
        rows += lines(name);
      }
    }
    return new Size(tables, rows);
  }

  private long lines(String name) {
    try (BufferedReader reader = open(name)) {
      return reader.lines().count();
    } catch (IOException e) {
      throw new DemoException("cannot read an export", e);
    }
  }

  /** Where the other one is not the same, row by row. */
  List<Difference> differencesTo(TableExport other) {
    List<Difference> differences = new ArrayList<>();
    for (String name : names()) {
      if (!other.names().contains(name)) {
        differences.add(new Difference(name, "it is missing"));
        continue;
      }
      String difference = firstDifference(name, other);
      if (difference != null) {
        differences.add(new Difference(name, difference));
      }
    }
    for (String name : other.names()) {
      if (!names().contains(name)) {
        differences.add(new Difference(name, "it was not there"));
      }
    }
    return differences.stream().limit(Difference.MOST).toList();
  }

  private @Nullable String firstDifference(String name, TableExport other) {
    try (BufferedReader before = open(name);
        BufferedReader after = other.open(name)) {
      for (long row = 1; ; row++) {
        String was = before.readLine();
        String is = after.readLine();
        if (was == null && is == null) {
          return null;
        } else if (was == null || is == null || !isSame(name, was, is)) {
          return "row " + row + " was " + shown(was) + " and is " + shown(is);
        }
      }
    } catch (IOException e) {
      throw new DemoException("cannot read an export", e);
    }
  }

  private static boolean isSame(String name, String was, String is) {
    return was.equals(is) || (name.equals(SEQUENCES) && isAheadAsAfterACrash(was, is));
  }

  /**
   * A sequence logs 32 values ahead (SEQ_LOG_VALS in PostgreSQL's commands/sequence.c), so after
   * any recovery it may go on that much later. It never repeats a value.
   */
  private static boolean isAheadAsAfterACrash(String was, String is) {
    int before = was.lastIndexOf('\t');
    int after = is.lastIndexOf('\t');
    if (!was.substring(0, before).equals(is.substring(0, after))
        || !was.substring(before + 1).matches("[0-9]{1,18}")
        || !is.substring(after + 1).matches("[0-9]{1,18}")) {
      return false;
    }
    long ahead =
        Long.parseLong(is.substring(after + 1)) - Long.parseLong(was.substring(before + 1));
    return ahead >= 0 && ahead <= 32;
  }

  private static String shown(@Nullable String row) {
    return row == null ? "not there" : row.substring(0, Math.min(row.length(), 80));
  }

  private BufferedReader open(String name) throws IOException {
    return Files.newBufferedReader(directory.resolve(name), StandardCharsets.UTF_8);
  }

  private List<String> names() {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new DemoException("cannot list an export", e);
    }
  }
}
