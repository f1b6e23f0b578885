package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a server for its {@link ServerCatalog}, with the rights of any role. */
final class ReadServerCatalog {
  /** How many databases are looked into for their extensions and collations. */
  private static final int DATABASES_LOOKED_INTO = 64;

  static final String TABLESPACES =
      "SELECT oid, "
          + ServerText.bytes("spcname")
          + ", "
          + ServerText.bytes("pg_tablespace_location(oid)")
          + " FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global') ORDER BY oid";

  /** What version() says after the number, such as "on x86_64-pc-linux-gnu". */
  private static final Pattern MACHINE = Pattern.compile(" on ([A-Za-z0-9_]+)-");

  private final Connection session;
  private final Function<String, Connection> sessions;

  /**
   * @param session stays open
   * @param sessions opens one in another database of the same server, or throws a {@link
   *     ServerErrorException}: a database that refuses is not looked into
   */
  ReadServerCatalog(Connection session, Function<String, Connection> sessions) {
    this.session = session;
    this.sessions = sessions;
  }

  ServerCatalog read() throws SQLException {
    int major = Integer.parseInt(one("SHOW server_version_num")) / 10000;
    Set<String> lookedInto = new HashSet<>();
    List<ServerCatalog.Extension> extensions = new ArrayList<>();
    List<ServerCatalog.Collation> collations = new ArrayList<>();
    for (String database : databasesToLookInto()) {
      ReadDatabaseCatalog inside = new ReadDatabaseCatalog(database, major);
      if (lookInto(database, inside)) {
        lookedInto.add(database);
      }
      extensions.addAll(inside.extensions());
      collations.addAll(inside.collations());
    }
    return new ServerCatalog(
        one("SHOW server_version"),
        major,
        machine(),
        tablespaces(),
        databases(major, lookedInto),
        extensions,
        collations,
        providers(),
        preloadLibraries());
  }

  private String machine() throws SQLException {
    Matcher matcher = MACHINE.matcher(one("SELECT version()"));
    return matcher.find() ? matcher.group(1) : "";
  }

  /** The tablespaces as they are now. */
  List<Tablespace> tablespaces() throws SQLException {
    return Rows.of(session, TABLESPACES, ReadServerCatalog::tablespace);
  }

  /** A row of {@link #TABLESPACES}. */
  static Tablespace tablespace(ResultSet row) throws SQLException {
    return new Tablespace(
        row.getLong(1), ServerText.decode(row.getBytes(2)), BytePath.of(row.getBytes(3)));
  }

  private List<ServerCatalog.Database> databases(int major, Set<String> lookedInto)
      throws SQLException {
    String locale = major >= 17 ? "datlocale" : "daticulocale";
    return Rows.of(
        session,
        "SELECT oid, "
            + ServerText.bytes("datname")
            + ", pg_encoding_to_char(encoding), datcollate, datctype,"
            + " datlocprovider, coalesce("
            + locale
            + ", datcollate), datcollversion, pg_database_collation_actual_version(oid)"
            + " FROM pg_database ORDER BY oid",
        row ->
            new ServerCatalog.Database(
                row.getLong(1),
                ServerText.decode(row.getBytes(2)),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                lookedInto.contains(ServerText.decode(row.getBytes(2)))));
  }

  private List<String> databasesToLookInto() throws SQLException {
    return Rows.of(
            session,
            "SELECT "
                + ServerText.bytes("datname")
                + " FROM pg_database WHERE datallowconn AND"
                + " has_database_privilege(oid, 'CONNECT') ORDER BY oid LIMIT "
                + DATABASES_LOOKED_INTO,
            row -> row.getBytes(1))
        .stream()
        .filter(ServerText::isUtf8) // others cannot be connected to
        .map(ServerText::decode)
        .toList();
  }

  /** The databases that take connections, but that a backup knows too little about. */
  List<String> notLookedInto(ServerCatalog catalog) throws SQLException {
    Set<Long> open =
        Set.copyOf(
            Rows.of(
                session, "SELECT oid FROM pg_database WHERE datallowconn", row -> row.getLong(1)));
    return catalog.databases().stream()
        .filter(database -> open.contains(database.oid()) && !database.lookedInto())
        .map(ServerCatalog.Database::name)
        .toList();
  }

  /**
   * Whether all of it is known then: pg_hba.conf may keep the role out, or the database was dropped
   * just now.
   */
  private boolean lookInto(String database, ReadDatabaseCatalog inside) throws SQLException {
    try (Connection other = sessions.apply(database)) {
      inside.read(other);
      return inside.isComplete();
    } catch (ServerErrorException e) {
      if (isServerGone(e.sqlState())) {
        throw e;
      }
      return false;
    } catch (SQLException e) {
      if (isServerGone(e.getSQLState())) {
        throw e;
      }
      return false;
    }
  }

  /** Whether the server as a whole went away, rather than refused. */
  private static boolean isServerGone(@Nullable String state) {
    return state == null || state.startsWith("08") || state.startsWith("57P");
  }

  private Map<String, String> providers() throws SQLException {
    Map<String, String> versions = new HashMap<>();
    Rows.of(
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
    List<String> setting = Rows.of(session, sql, row -> row.getString(1));
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
    return Rows.of(session, sql, row -> row.getString(1)).getFirst();
  }
}
