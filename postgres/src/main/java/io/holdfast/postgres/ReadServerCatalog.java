package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a server for its {@link ServerCatalog}, with the rights of any role. */
final class ReadServerCatalog {
  /** How many databases are looked into for their extensions. */
  private static final int DATABASES_LOOKED_INTO = 64;

  /** Opens a session in another database of the same server. */
  @FunctionalInterface
  interface Sessions {
    Connection open(String database) throws SQLException;
  }

  /** Turns the row that a result set stands on into a value. */
  @FunctionalInterface
  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private final Connection session;
  private final Sessions sessions;

  /**
   * @param session stays open
   * @param sessions for the extensions of other databases; a database that refuses is left out
   */
  ReadServerCatalog(Connection session, Sessions sessions) {
    this.session = session;
    this.sessions = sessions;
  }

  ServerCatalog read() throws SQLException {
    return new ServerCatalog(
        one("SHOW server_version"),
        Integer.parseInt(one("SHOW server_version_num")) / 10000,
        tablespaces(),
        databases(),
        extensions(),
        collations(),
        preloadLibraries());
  }

  /** The tablespaces as they are now. */
  List<Tablespace> tablespaces() throws SQLException {
    return query(
        session,
        "SELECT oid, spcname, "
            + OnlineBackup.bytes("pg_tablespace_location(oid)")
            + " FROM pg_tablespace"
            + " WHERE spcname NOT IN ('pg_default', 'pg_global') ORDER BY oid",
        row -> new Tablespace(row.getLong(1), row.getString(2), BytePath.of(row.getBytes(3))));
  }

  private List<ServerCatalog.Database> databases() throws SQLException {
    return query(
        session,
        "SELECT oid, datname, pg_encoding_to_char(encoding), datcollate, datctype,"
            + " datlocprovider, datcollversion, pg_database_collation_actual_version(oid)"
            + " FROM pg_database ORDER BY oid",
        row ->
            new ServerCatalog.Database(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8)));
  }

  private List<ServerCatalog.Extension> extensions() throws SQLException {
    List<String> databases =
        query(
            session,
            "SELECT datname FROM pg_database WHERE datallowconn AND"
                + " has_database_privilege(oid, 'CONNECT') ORDER BY oid LIMIT "
                + DATABASES_LOOKED_INTO,
            row -> row.getString(1));
    List<ServerCatalog.Extension> found = new ArrayList<>();
    for (String database : databases) {
      try (Connection other = sessions.open(database)) {
        found.addAll(
            query(
                other,
                "SELECT extname, extversion FROM pg_extension ORDER BY extname",
                row -> new ServerCatalog.Extension(database, row.getString(1), row.getString(2))));
      } catch (SQLException e) {
        // pg_hba.conf may keep the role out of a database, or it was dropped just now: the metadata
        // is then without its extensions, which no recovery depends on.
        if (isConnectionLost(e)) {
          throw e;
        }
      }
    }
    return found;
  }

  /** Whether the server as a whole went away, rather than refused. */
  private static boolean isConnectionLost(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.startsWith("08") || state.startsWith("57P");
  }

  private Map<String, String> collations() throws SQLException {
    Map<String, String> versions = new HashMap<>();
    query(
        session,
        "SELECT DISTINCT ON (collprovider)"
            + " CASE collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' ELSE 'builtin' END,"
            + " pg_collation_actual_version(oid) FROM pg_collation"
            + " WHERE collprovider IN ('c', 'i', 'b')"
            + " AND pg_collation_actual_version(oid) IS NOT NULL ORDER BY collprovider, oid",
        row -> versions.put(row.getString(1), row.getString(2)));
    return versions;
  }

  private @Nullable List<String> preloadLibraries() throws SQLException {
    String sql =
        "SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries'"
            + " AND pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')";
    List<String> setting = query(session, sql, row -> row.getString(1));
    if (setting.isEmpty()) {
      return null;
    }
    List<String> names = new ArrayList<>();
    for (String name : setting.getFirst().split(",", -1)) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    return names;
  }

  private String one(String sql) throws SQLException {
    return query(session, sql, row -> row.getString(1)).getFirst();
  }

  private static <T extends @Nullable Object> List<T> query(
      Connection connection, String sql, Row<T> reader) throws SQLException {
    List<T> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        rows.add(reader.read(row));
      }
    }
    return rows;
  }
}
