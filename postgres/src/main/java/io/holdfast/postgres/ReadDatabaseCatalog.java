package io.holdfast.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Asks one database what its server's catalogs cannot tell: its extensions and collations. */
final class ReadDatabaseCatalog {
  /** Keeps the record of a backup within its limit: the collations of 64 databases are in it. */
  private static final int MOST_COLLATIONS = 100;

  private final String database;
  private final int major;
  private List<ServerCatalog.Extension> extensions = List.of();
  private List<ServerCatalog.Collation> collations = List.of();

  ReadDatabaseCatalog(String database, int major) {
    this.database = database;
    this.major = major;
  }

  void read(Connection session) throws SQLException {
    extensions =
        Rows.of(
            session,
            "SELECT extname, extversion FROM pg_extension ORDER BY extname",
            row -> new ServerCatalog.Extension(database, row.getString(1), row.getString(2)));
    collations =
        Rows.of(
            session,
            usedCollations(),
            row ->
                new ServerCatalog.Collation(
                    database,
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5),
                    row.getString(6)));
  }

  /**
   * The catalogs hold hundreds of collations that nobody uses. Those below 16384 came with initdb;
   * C and POSIX order by bytes, whatever the library.
   */
  private String usedCollations() {
    String locale = major >= 17 ? "colllocale" : "colliculocale";
    return "SELECT nspname, collname, collprovider, coalesce("
        + locale
        + ", collcollate), collversion, pg_collation_actual_version(c.oid)"
        + " FROM pg_collation c JOIN pg_namespace n ON n.oid = collnamespace"
        + " WHERE collprovider IN ('c', 'i') AND coalesce(collcollate, '') NOT IN ('C', 'POSIX')"
        + " AND (c.oid >= 16384 OR c.oid IN (SELECT unnest(indcollation) FROM pg_index"
        + " UNION ALL SELECT unnest(partcollation) FROM pg_partitioned_table))"
        + " ORDER BY c.oid LIMIT "
        + MOST_COLLATIONS;
  }

  /** Whether all collations are known that an index may depend on. */
  boolean isComplete() {
    return collations.size() < MOST_COLLATIONS;
  }

  List<ServerCatalog.Extension> extensions() {
    return extensions;
  }

  List<ServerCatalog.Collation> collations() {
    return collations;
  }
}
