package io.holdfast.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** A server on a restored cluster, out of recovery. */
public final class RestoredServer implements AutoCloseable {
  private final LocalServer server;

  private RestoredServer(LocalServer server) {
    this.server = server;
  }

  public static RestoredServer start(TestCluster source, Path place) {
    LocalServer server =
        LocalServerStart.of(source.server().binaries(), source.account(), place)
            .with("fsync", "off")
            .start();
    RestoredServer restored = new RestoredServer(server);
    Eventually.holds(() -> restored.query("postgres", "SELECT pg_is_in_recovery()").equals("[f]"));
    return restored;
  }

  public LocalServer server() {
    return server;
  }

  public Connection connect(String database) throws SQLException {
    return TestCluster.connect(server, "postgres", database);
  }

  /** All rows of a query as text, one a line. */
  public String query(String database, String sql) {
    try (Connection session = connect(database)) {
      return rows(session, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  public void execute(String database, String sql) {
    try (Connection session = connect(database);
        Statement statement = session.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  static String rows(Connection session, String sql) throws SQLException {
    StringJoiner text = new StringJoiner("\n");
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          values.add(row.getString(column));
        }
        text.add(values.toString());
      }
    }
    return text.toString();
  }

  /** Every row of every ordinary table of a database, as text: what two clusters must share. */
  static Map<String, String> contents(Connection session) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (Statement statement = session.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c"
                    + " JOIN pg_namespace n ON n.oid = relnamespace"
                    + " WHERE relkind = 'r' AND relpersistence = 'p' AND nspname NOT LIKE"
                    + " 'pg\\_%' AND nspname <> 'information_schema'")) {
      while (row.next()) {
        tables.add(row.getString(1));
      }
    }
    Map<String, String> contents = new TreeMap<>();
    for (String table : tables) {
      contents.put(
          table,
          rows(
              session,
              "SELECT count(*), sum(hashtextextended(t::text, 1)), sum(hashtextextended(t::text,"
                  + " 2)) FROM "
                  + table
                  + " t"));
    }
    return contents;
  }

  /**
   * Checks every B-tree with its table and every heap of a database.
   *
   * @return number of indexes
   */
  public int verifyIndexes(String database) {
    execute(database, "CREATE EXTENSION IF NOT EXISTS amcheck");
    String broken =
        query(
            database,
            "SELECT c.oid::regclass, v.* FROM pg_class c,"
                + " LATERAL verify_heapam(c.oid, check_toast => true) v"
                + " WHERE relkind IN ('r', 'm', 't') AND relpersistence = 'p'");
    if (!broken.isEmpty()) {
      throw new AssertionError(broken);
    }
    return Integer.parseInt(
        query(
                database,
                "SELECT count(*) FROM (SELECT bt_index_parent_check(index => c.oid,"
                    + " heapallindexed => true) FROM pg_index i JOIN pg_class c ON c.oid ="
                    + " indexrelid JOIN pg_am a ON a.oid = relam WHERE amname = 'btree' AND"
                    + " relpersistence = 'p' AND indisvalid AND indisready) checked")
            .replaceAll("[\\[\\]]", ""));
  }

  @Override
  public void close() {
    server.close();
  }
}
