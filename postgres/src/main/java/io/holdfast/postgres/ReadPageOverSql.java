package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Reads single pages of relation files through SQL, for a second look at those that a stream showed
 * with a wrong checksum. Few roles may; a session is opened when the first page is wanted.
 * Thread-safe.
 */
final class ReadPageOverSql implements AutoCloseable {
  private static final String FUNCTION = "pg_read_binary_file(text, bigint, bigint, boolean)";

  private final ConnectionSettings server;
  private final int pageSize;
  private @Nullable Connection session;

  ReadPageOverSql(ConnectionSettings server, int pageSize) {
    this.server = server;
    this.pageSize = pageSize;
  }

  /** Whether the role of a session may read files of the server. */
  static boolean isAllowed(Connection sql) throws SQLException {
    try (Statement statement = sql.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT has_function_privilege('"
                    + FUNCTION
                    + "', 'EXECUTE')"
                    + " AND pg_has_role(current_user, 'pg_read_server_files', 'USAGE')")) {
      return row.next() && row.getBoolean(1);
    }
  }

  /**
   * Reads a page.
   *
   * @param path of a relation file; such names are ASCII but for the version directory's
   * @return whether there was a whole page
   */
  synchronized boolean read(BytePath path, long position, byte[] to, int offset) {
    try {
      Connection open = session;
      if (open == null) {
        open = server.openSql();
        session = open;
      }
      try (PreparedStatement statement =
          open.prepareStatement("SELECT pg_read_binary_file(?, ?, ?, true)")) {
        statement.setString(1, new String(path.bytes(), StandardCharsets.UTF_8));
        statement.setLong(2, position);
        statement.setLong(3, pageSize);
        try (ResultSet row = statement.executeQuery()) {
          byte @Nullable [] page = row.next() ? row.getBytes(1) : null;
          if (page == null || page.length < pageSize) {
            return false;
          }
          System.arraycopy(page, 0, to, offset, pageSize);
          return true;
        }
      }
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      if (session != null) {
        session.close();
      }
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }
}
