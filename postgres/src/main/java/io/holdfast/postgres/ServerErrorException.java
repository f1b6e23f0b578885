package io.holdfast.postgres;

import io.holdfast.storage.FailureCategory;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/** A server refused or broke off what it was asked to do, and said why. */
public final class ServerErrorException extends PostgresException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  private ServerErrorException(
      FailureCategory category,
      String sqlState,
      String message,
      String hint,
      @Nullable Throwable cause) {
    super(category, message, hint, cause);
    this.sqlState = sqlState;
  }

  /** The five characters that tell the kind of error; PostgreSQL documentation, appendix A. */
  public String sqlState() {
    return sqlState;
  }

  /**
   * What a session of pgjdbc met: the server's error, or a broken or missing connection. An
   * interrupt of the calling thread breaks the connection that it uses.
   */
  public static PostgresException of(String server, SQLException e) {
    String state = e.getSQLState();
    if (state == null || state.startsWith("08")) {
      if (Thread.currentThread().isInterrupted()) {
        return ServerConnectionException.interrupted("talking to " + server, e);
      }
      return new ServerConnectionException("Cannot talk to " + server + ": " + e.getMessage(), e);
    }
    return new ServerErrorException(
        category(state), state, server + ": " + e.getMessage(), hint(state), e);
  }

  /** What the replication protocol met. */
  public static ServerErrorException of(String server, String doing, ServerErrorMessage error) {
    String state = error.getSQLState() == null ? "XX000" : error.getSQLState();
    String own = error.getHint();
    return new ServerErrorException(
        category(state),
        state,
        server + " broke off " + doing + ": " + error.getMessage() + " (SQLSTATE " + state + ")",
        own == null ? hint(state) : own,
        null);
  }

  private static FailureCategory category(String state) {
    return switch (state.substring(0, 2)) {
      case "28" -> FailureCategory.ACCESS;
      case "42" -> state.equals("42501") ? FailureCategory.ACCESS : FailureCategory.INTERNAL;
      case "3D" -> FailureCategory.NOT_FOUND;
      case "58" -> state.equals("58P01") ? FailureCategory.NOT_FOUND : FailureCategory.UNAVAILABLE;
      case "0A" -> FailureCategory.UNSUPPORTED;
      default -> FailureCategory.UNAVAILABLE;
    };
  }

  private static String hint(String state) {
    return switch (state) {
      case "28P01" ->
          "Check the user and the password in the configuration, and that the password has not"
              + " expired (VALID UNTIL of the role).";
      case "28000" ->
          "The role must exist and have LOGIN and REPLICATION, and pg_hba.conf must let it in, for"
              + " \"replication\" too.";
      case "42501" ->
          "Give the role what docs/postgresql.md lists, REPLICATION above all; `holdfast check`"
              + " names what is missing.";
      case "53300" ->
          "Raise what the message speaks of: the CONNECTION LIMIT of the role or the database,"
              + " max_connections, or max_wal_senders.";
      case "53400" -> "Raise max_replication_slots on the server.";
      default -> "";
    };
  }
}
