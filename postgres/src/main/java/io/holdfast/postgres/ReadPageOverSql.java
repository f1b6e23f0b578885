package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.RelationPages.Again.Outcome;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads single pages of relation files through SQL, for a second look at those that a stream showed
 * with a wrong checksum. Few roles may; a session is opened when the first page is wanted, and once
 * more if it has ended since. What fails then is told, and is no reason to fail a backup: no page
 * is looked at again after that. Thread-safe.
 */
final class ReadPageOverSql implements AutoCloseable {
  private static final String FUNCTION = "pg_read_binary_file(text, bigint, bigint, boolean)";

  private final ConnectionSettings server;
  private final int pageSize;
  private final Consumer<String> warnings;
  private @Nullable Connection session;
  private boolean givenUp;

  ReadPageOverSql(ConnectionSettings server, int pageSize, Consumer<String> warnings) {
    this.server = server;
    this.pageSize = pageSize;
    this.warnings = warnings;
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
   */
  synchronized Outcome read(BytePath path, long position, byte[] to, int offset) {
    if (givenUp) {
      return Outcome.REFUSED;
    }
    boolean fresh = session == null;
    try {
      return readOnce(path, position, to, offset);
    } catch (SQLException | PostgresException e) {
      endSession();
      return fresh ? giveUp(e) : read(path, position, to, offset);
    }
  }

  private Outcome giveUp(Exception e) {
    givenUp = true;
    warnings.accept(
        "pages that seem damaged could not be given a second look over SQL: " + e.getMessage());
    return Outcome.REFUSED;
  }

  private Outcome readOnce(BytePath path, long position, byte[] to, int offset)
      throws SQLException {
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
          return Outcome.CUT_OFF;
        }
        System.arraycopy(page, 0, to, offset, pageSize);
        return Outcome.READ;
      }
    }
  }

  private void endSession() {
    Connection open = session;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (SQLException e) {
      session = null; // it has ended already: the driver could not take its leave
    }
    session = null;
  }

  @Override
  public synchronized void close() {
    endSession();
  }
}
