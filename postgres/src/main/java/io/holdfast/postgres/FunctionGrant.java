package io.holdfast.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The right to execute a function of the server.
 *
 * @param signature name and types of arguments, as SQL has them
 */
record FunctionGrant(String signature) {
  /** Those that reading the data directory directly takes. */
  static final List<FunctionGrant> OF_DIRECT_READING =
      List.of(
          new FunctionGrant("pg_backup_start(text, boolean)"),
          new FunctionGrant("pg_backup_stop(boolean)"));

  /** Whether the role of a session has it. */
  boolean isGiven(Connection session) throws SQLException {
    return one(session, "SELECT has_function_privilege('" + signature + "', 'EXECUTE')")
        .equals("t");
  }

  /** The statement that gives it. Grants on functions belong to the database of the session. */
  String statement(Connection session) throws SQLException {
    return "GRANT EXECUTE ON FUNCTION "
        + signature
        + " TO "
        + one(session, "SELECT quote_ident(current_user)")
        + "; -- in database "
        + one(session, "SELECT quote_ident(current_database())");
  }

  private static String one(Connection session, String sql) throws SQLException {
    return Rows.of(session, sql, row -> row.getString(1)).getFirst();
  }
}
