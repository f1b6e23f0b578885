package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A standby that follows its primary until it is detached or promoted; for tests. */
public final class StandbyServer implements AutoCloseable {
  private final LocalServer server;

  private StandbyServer(LocalServer server) {
    this.server = server;
  }

  /** A copy of a primary, which is reached over its unix socket; it keeps what WAL it gets. */
  public static StandbyServer of(TestCluster primary) throws IOException {
    return of(primary, "1GB");
  }

  /**
   * A copy of a primary, which is reached over its unix socket.
   *
   * @param kept its wal_keep_size
   */
  public static StandbyServer of(TestCluster primary, String kept) throws IOException {
    Path data = primary.newDirectory("standby-" + kept);
    new StreamedCopy(primary.socketSettings(), data, () -> {});
    Files.createFile(data.resolve("standby.signal"));
    Path socket = primary.server().socket();
    String port = socket.getFileName().toString().replaceFirst(".*\\.", "");
    Files.writeString(
        data.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=%s port=%s user=postgres'\n".formatted(socket.getParent(), port));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    primary.account().ownTree(data);
    LocalServerStart start =
        LocalServerStart.of(primary.server().binaries(), primary.account(), data)
            .with("fsync", "off")
            .with("wal_keep_size", kept);
    boolean tcp = primary.server().tcpPort().isPresent();
    return new StandbyServer((tcp ? start.withTcp() : start).start());
  }

  /** Where it listens, if its primary did when this was made. */
  public ConnectionSettings.Host host() {
    return new ConnectionSettings.Host("127.0.0.1", server.tcpPort().orElseThrow());
  }

  /** How the backup role connects. */
  public ConnectionSettings settings() {
    return server.socketSettings(TestCluster.BACKUP_ROLE);
  }

  /** Waits until it has replayed all before a position. */
  public void awaitReplay(Lsn position) {
    Eventually.holds(() -> !Lsn.parse(query("SELECT pg_last_wal_replay_lsn()")).isBefore(position));
  }

  /** What its slots keep begins there: before it all was reported as durable. */
  public Lsn confirmed() {
    return Lsn.parse(query("SELECT coalesce(max(restart_lsn), '0/0') FROM pg_replication_slots"));
  }

  /** Stops following. */
  public void detach() {
    execute("ALTER SYSTEM SET primary_conninfo = ''");
    query("SELECT pg_reload_conf()");
    Eventually.holds(() -> query("SELECT count(*) FROM pg_stat_wal_receiver").equals("0"));
  }

  public void promote() {
    query("SELECT pg_promote(true)");
  }

  /** Runs a statement, and returns the position behind what it wrote. */
  public Lsn write(String sql) {
    execute(sql);
    return Lsn.parse(query("SELECT pg_current_wal_flush_lsn()"));
  }

  private void execute(String sql) {
    try (Connection session = TestCluster.connect(server, "postgres", "postgres");
        Statement statement = session.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private String query(String sql) {
    try (Connection session = TestCluster.connect(server, "postgres", "postgres");
        Statement statement = session.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
