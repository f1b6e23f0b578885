package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.ConnectionSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Asks a server where its data directory is. */
final class AskDataDirectory {
  private AskDataDirectory() {}

  /**
   * @throws ConfigurationException when the role may not know
   */
  static BytePath of(ConnectionSettings server) {
    try (Connection session = server.openSql();
        Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery("SHOW data_directory")) {
      row.next();
      return BytePath.of(row.getString(1));
    } catch (SQLException e) {
      throw new ConfigurationException(
          server.describe() + " does not say where its data directory is",
          "name it with 'data-directory', or GRANT pg_read_all_settings to the role",
          e);
    }
  }
}
