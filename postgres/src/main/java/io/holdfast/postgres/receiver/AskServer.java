package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.storage.HoldfastException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalLong;

/** Asks a primary over SQL, in a session of its own each time. */
final class AskServer implements ServerMark {
  /** The time first: what is flushed later may lie behind the position. */
  private static final String QUERY =
      "WITH now AS MATERIALIZED (SELECT clock_timestamp() AS time)"
          + " SELECT time, flushed::text, left(pg_walfile_name(flushed), 8),"
          + " (SELECT system_identifier FROM pg_control_system())"
          + " FROM now, LATERAL (SELECT CASE WHEN pg_is_in_recovery() OR time IS NULL THEN NULL"
          + " ELSE pg_current_wal_flush_lsn() END AS flushed) AS position"
          + " WHERE NOT pg_is_in_recovery()";

  private volatile ConnectionSettings server;

  AskServer(ConnectionSettings server) {
    this.server = server;
  }

  /** From now on it asks this one, a member of the cluster. */
  void ask(ConnectionSettings member) {
    server = member;
  }

  /** Whether the server has given up a slot, and keeps nothing for it any more. */
  boolean isLost(String slot) {
    try (Connection session = server.openSql();
        PreparedStatement statement =
            session.prepareStatement(
                "SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = ?")) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    } catch (SQLException | HoldfastException e) {
      return false; // who may not ask has the slot's position to go by
    }
  }

  /** How many bytes of WAL the server keeps for a slot; nothing where it does not say. */
  OptionalLong kept(String slot) {
    try (Connection session = server.openSql();
        PreparedStatement statement =
            session.prepareStatement(
                "SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN"
                    + " pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, restart_lsn)"
                    + " FROM pg_replication_slots WHERE slot_name = ?")) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return OptionalLong.empty();
        }
        long bytes = row.getLong(1);
        return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(bytes);
      }
    } catch (SQLException | HoldfastException e) {
      return OptionalLong.empty(); // the server's own limit, max_slot_wal_keep_size, is left
    }
  }

  @Override
  public Optional<Mark> ask() {
    try (Connection session = server.openSql();
        Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(QUERY)) {
      if (!row.next()) {
        return Optional.empty();
      }
      return Optional.of(
          new Mark(
              row.getObject(1, OffsetDateTime.class).toInstant(),
              new Timeline(Integer.parseInt(row.getString(3), 16)),
              Lsn.parse(row.getString(2)),
              new SystemIdentifier(row.getLong(4))));
    } catch (SQLException | HoldfastException e) {
      return Optional.empty(); // the stream tells what is wrong with the server
    }
  }
}
