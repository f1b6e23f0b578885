package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.FailureCategory;
import java.sql.Connection;
import java.sql.SQLException;

/** Asks a server where its data directory is. */
public final class FindDataDirectory {
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private FindDataDirectory() {}

  /**
   * Asks.
   *
   * @throws ClusterReadException if the role may not know
   * @throws PostgresException if the server cannot be asked
   */
  public static BytePath of(ConnectionSettings server) {
    try (Connection session = server.openSql()) {
      return of(session, server.describe());
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  /**
   * @param server for messages
   */
  static BytePath of(Connection session, String server) throws SQLException {
    try {
      String sql = "SELECT " + ServerText.bytes("current_setting('data_directory')");
      return BytePath.of(Rows.of(session, sql, row -> row.getBytes(1)).getFirst());
    } catch (SQLException e) {
      if (!INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        throw e;
      }
      String role =
          Rows.of(session, "SELECT quote_ident(current_user)", row -> row.getString(1)).getFirst();
      throw new ClusterReadException(
          FailureCategory.CONFIGURATION,
          server + " does not tell this role where its data directory is",
          "GRANT pg_read_all_settings TO "
              + role
              + "; -- or name it with data-directory in the configuration",
          e);
    }
  }
}
