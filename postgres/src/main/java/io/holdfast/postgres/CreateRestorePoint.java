package io.holdfast.postgres;

import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Names the present moment of a cluster in its log, to recover to it later. */
public final class CreateRestorePoint {
  private static final String QUERY =
      "SELECT lsn::text, left(pg_walfile_name(lsn), 8), clock_timestamp()"
          + " FROM pg_create_restore_point(?) AS lsn";

  private CreateRestorePoint() {}

  /**
   * A restore point.
   *
   * @param end behind its record: a recovery to the point ends there
   * @param time by the server's clock
   */
  public record Created(String name, Timeline timeline, Lsn end, Instant time) {}

  /**
   * Makes one. It is durable on the server when this returns.
   *
   * @throws PostgresException if the server cannot be reached, or refuses: it is a standby, or the
   *     role may not execute pg_create_restore_point
   */
  public static Created named(RecoveryTarget.Point point, ConnectionSettings server) {
    try (Connection session = server.openSql()) {
      session.setAutoCommit(false);
      try (Statement settings = session.createStatement()) {
        settings.execute("SET LOCAL synchronous_commit = local");
      }
      Created created = create(session, point.name());
      try (Statement flush = session.createStatement()) {
        // The point itself is not flushed; a commit behind it is, and takes it along.
        flush.execute("SELECT pg_logical_emit_message(true, 'holdfast', '')");
      }
      session.commit();
      return created;
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  private static Created create(Connection session, String name) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(QUERY)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Created(
            name,
            new Timeline(Integer.parseInt(row.getString(2), 16)),
            Lsn.parse(row.getString(1)),
            row.getObject(3, OffsetDateTime.class).toInstant());
      }
    }
  }
}
