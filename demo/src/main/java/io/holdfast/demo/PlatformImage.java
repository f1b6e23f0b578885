package io.holdfast.demo;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * All that a platform holds at one moment.
 *
 * @param database every row of every table, and the catalog
 * @param uploads every uploaded file with its metadata
 * @param configuration every configuration file, likewise
 * @param settings every setting in them
 */
record PlatformImage(
    TableExport database,
    TreeImage uploads,
    TreeImage configuration,
    SortedMap<String, String> settings) {

  static PlatformImage of(SamplePlatform platform, Path exports) {
    try (Connection connection = platform.connect("platform", "postgres")) {
      return new PlatformImage(
          TableExport.of(connection, exports),
          TreeImage.of(platform.root().resolve("uploads")),
          TreeImage.of(platform.root().resolve("config")),
          SampleSettings.in(platform.root().resolve("config")));
    } catch (SQLException e) {
      throw new DemoException("cannot look at the sample database: " + e.getMessage(), e);
    }
  }

  /** How many files, directories and others there are. */
  int files() {
    return uploads.size() + configuration.size();
  }

  /** Checks every B-tree of the database against its table, with PostgreSQL's own amcheck. */
  static int checkIndexes(SamplePlatform platform) {
    List<String> indexes = new ArrayList<>();
    try (Connection connection = platform.connect("platform", "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE EXTENSION amcheck");
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
                  + " WHERE a.amname = 'btree' AND c.relkind = 'i'")) {
        while (rows.next()) {
          indexes.add(rows.getString(1));
        }
      }
      for (String index : indexes) {
        statement.execute("SELECT bt_index_check('" + index.replace("'", "''") + "', true)");
      }
      return indexes.size();
    } catch (SQLException e) {
      throw new DemoException("an index of the restored database is damaged: " + e.getMessage(), e);
    }
  }
}
