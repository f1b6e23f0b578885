package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.ServerErrorException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Whether a role may make commits wait for a receiver, and so may end that as well. */
public final class SynchronousRights {
  private SynchronousRights() {}

  /**
   * Looks; changes nothing.
   *
   * @param slot of the receiver
   * @throws SynchronousModeException if it may not, or others are waited for
   */
  public static void require(ConnectionSettings server, String slot) {
    try (Connection session = server.openSql()) {
      require(session, server.describe(), slot);
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  /** As above, and returns for whom commits wait now. */
  static String require(Connection session, String server, String slot) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT has_parameter_privilege('synchronous_standby_names', 'ALTER SYSTEM'),"
                    + " has_function_privilege('pg_reload_conf()', 'EXECUTE'),"
                    + " current_setting('synchronous_standby_names'), quote_ident(current_user)")) {
      row.next();
      String role = row.getString(4);
      if (!row.getBoolean(1)) {
        throw SynchronousModeException.noRight(
            server, "GRANT ALTER SYSTEM ON PARAMETER synchronous_standby_names TO " + role);
      }
      if (!row.getBoolean(2)) {
        throw SynchronousModeException.noRight(
            server, "GRANT EXECUTE ON FUNCTION pg_reload_conf() TO " + role);
      }
      String names = row.getString(3);
      if (!names.isBlank() && !CommitWatchdog.isNameOf(slot, names)) {
        throw SynchronousModeException.occupied(server, names);
      }
      return names;
    }
  }
}
