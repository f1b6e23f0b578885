package io.holdfast.engine;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.ConnectionSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Finds the data directory of a server: the configuration says where it is, or the server. */
final class AskDataDirectory {
  private AskDataDirectory() {}

  /**
   * @throws ConfigurationException when the role may not know
   */
  static BytePath of(SourceSettings.Postgresql source, ConnectionSettings server) {
    return source
        .dataDirectory()
        .map(path -> BytePath.of(path.toString()))
        .orElseGet(() -> ask(server));
  }

  private static BytePath ask(ConnectionSettings server) {
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
