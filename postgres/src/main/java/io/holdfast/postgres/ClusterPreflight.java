package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.repository.CancelledException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a cluster can be backed up by the role of a session, and names what is missing with
 * the statement that mends it. Changes nothing.
 */
public final class ClusterPreflight {
  private static final int OLDEST = 15;
  private static final int NEWEST = 18;
  private static final String REPLICATION = "replication";

  /** A base backup and the stream of the write-ahead log. */
  private static final int WAL_SENDERS_NEEDED = 2;

  private final Connection session;
  private final ReadMethod method;
  private final List<PreflightFinding> findings = new ArrayList<>();

  private ClusterPreflight(Connection session, ReadMethod method) {
    this.session = session;
    this.method = method;
  }

  /**
   * Looks at everything, whether or not something is missing.
   *
   * @param session stays open; only reads
   * @param method how the cluster is going to be read; a stream needs fewer rights
   * @throws SQLException if the session breaks
   */
  public static List<PreflightFinding> check(Connection session, ReadMethod method)
      throws SQLException {
    return new ClusterPreflight(session, method).run();
  }

  /**
   * Looks at everything, also whether the role is let in for replication, and whether the data
   * directory is that of the server and can be read.
   *
   * @param dataDirectory for reading directly; null when reading a stream
   * @throws PostgresException if no server lets the role in at all
   */
  public static List<PreflightFinding> check(
      ConnectionSettings server, ReadMethod method, @Nullable BytePath dataDirectory) {
    try (Connection session = server.openSql()) {
      List<PreflightFinding> findings = new ArrayList<>(check(session, method));
      if (findings.stream().noneMatch(ClusterPreflight::forbidsReplication)) {
        findings.add(replication(server));
      }
      if (dataDirectory != null) {
        findings.add(directory(session, server, dataDirectory));
      }
      return List.copyOf(findings);
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  private static boolean forbidsReplication(PreflightFinding finding) {
    return finding.subject().equals(REPLICATION)
        && finding.weight() == PreflightFinding.Weight.PROBLEM;
  }

  private static PreflightFinding replication(ConnectionSettings server) {
    String subject = "replication connection";
    try (ReplicationSession session = server.openReplication()) {
      return PreflightFinding.fine(subject, "System identifier " + session.identify().system());
    } catch (PostgresException e) {
      return failed(subject, e);
    }
  }

  private static PreflightFinding failed(String subject, PostgresException e) {
    return PreflightFinding.problem(subject, String.valueOf(e.getMessage()), e.hint());
  }

  private static PreflightFinding directory(
      Connection session, ConnectionSettings server, BytePath path) throws SQLException {
    String subject = "data directory";
    try (DirectoryHandle root = DirectoryHandle.open(path)) {
      ControlFile cluster = ControlFile.parse(ReadControlFile.from(root));
      DirectClusterReader.requireSameCluster(session, server, path, cluster);
      return PreflightFinding.fine(subject, path + " can be read");
    } catch (PosixException e) {
      return failed(subject, ClusterReadException.of(path, e));
    } catch (PostgresException e) {
      return failed(subject, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("checking " + path);
    }
  }

  private List<PreflightFinding> run() throws SQLException {
    version();
    role();
    functions();
    roles();
    walLevel();
    free("max_wal_senders", "SELECT count(*) FROM pg_stat_replication", WAL_SENDERS_NEEDED);
    free("max_replication_slots", "SELECT count(*) FROM pg_replication_slots", 1);
    checksums();
    fullPageWrites();
    recovery();
    return List.copyOf(findings);
  }

  private void version() throws SQLException {
    String version = setting("server_version");
    int major = Integer.parseInt(setting("server_version_num")) / 10000;
    if (major < OLDEST || major > NEWEST) {
      findings.add(
          PreflightFinding.problem(
              "version",
              "PostgreSQL " + version + " is not supported",
              "Use PostgreSQL " + OLDEST + " to " + NEWEST + "."));
    } else {
      findings.add(PreflightFinding.fine("version", "PostgreSQL " + version));
    }
  }

  private void role() throws SQLException {
    String role = text("SELECT quote_ident(current_user)");
    if (isTrue("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
      findings.add(
          PreflightFinding.warning(
              "role",
              "The role " + role + " is a superuser",
              "Make a role with fewer rights: docs/postgresql.md has the statements."));
    }
    if (isTrue("SELECT rolreplication FROM pg_roles WHERE rolname = current_user")) {
      findings.add(PreflightFinding.fine(REPLICATION, "The role " + role + " may replicate"));
    } else {
      findings.add(
          PreflightFinding.problem(
              REPLICATION,
              "The role " + role + " may not replicate",
              "ALTER ROLE " + role + " REPLICATION;"));
    }
  }

  private void functions() throws SQLException {
    boolean direct = method == ReadMethod.DIRECT;
    function("pg_backup_start(text, boolean)", direct);
    function("pg_backup_stop(boolean)", direct);
    function("pg_create_restore_point(text)", false);
    function("pg_switch_wal()", false);
  }

  private void function(String signature, boolean needed) throws SQLException {
    if (isTrue("SELECT has_function_privilege('" + signature + "', 'EXECUTE')")) {
      findings.add(PreflightFinding.fine(signature, "The role may execute " + signature));
      return;
    }
    // Functions are granted per database: the statement must run in the one that is connected to.
    String remedy =
        "GRANT EXECUTE ON FUNCTION "
            + signature
            + " TO "
            + text("SELECT quote_ident(current_user)")
            + "; -- in database "
            + text("SELECT quote_ident(current_database())");
    missing(signature, "The role may not execute " + signature, remedy, needed);
  }

  private void roles() throws SQLException {
    membership("pg_checkpoint", "The role may not ask for a checkpoint");
    membership(
        "pg_read_all_settings",
        "The role may not see shared_preload_libraries, which backups would record");
  }

  private void membership(String granted, String message) throws SQLException {
    if (isTrue("SELECT pg_has_role(current_user, '" + granted + "', 'USAGE')")) {
      findings.add(PreflightFinding.fine(granted, "The role is a member of " + granted));
      return;
    }
    String role = text("SELECT quote_ident(current_user)");
    missing(granted, message, "GRANT " + granted + " TO " + role + ";", false);
  }

  private void missing(String subject, String message, String remedy, boolean needed) {
    findings.add(
        needed
            ? PreflightFinding.problem(subject, message, remedy)
            : PreflightFinding.warning(subject, message, remedy));
  }

  private void walLevel() throws SQLException {
    String level = setting("wal_level");
    if (level.equals("minimal")) {
      findings.add(
          PreflightFinding.problem(
              "wal_level",
              "wal_level is minimal",
              "ALTER SYSTEM SET wal_level = 'replica'; and restart the server."));
    } else {
      findings.add(PreflightFinding.fine("wal_level", "wal_level is " + level));
    }
  }

  private void free(String limit, String used, int needed) throws SQLException {
    long most = Long.parseLong(setting(limit));
    long left = most - Long.parseLong(text(used));
    if (left < needed) {
      findings.add(
          PreflightFinding.problem(
              limit,
              limit
                  + " is "
                  + most
                  + " and only "
                  + Math.max(left, 0)
                  + " are free; a backup needs "
                  + needed,
              "ALTER SYSTEM SET "
                  + limit
                  + " = "
                  + (most - left + Math.max(needed, 2))
                  + "; and restart the server."));
    } else {
      findings.add(
          PreflightFinding.fine(limit, left + " of " + limit + " = " + most + " are free"));
    }
  }

  private void checksums() throws SQLException {
    if (setting("data_checksums").equals("on")) {
      findings.add(PreflightFinding.fine("data_checksums", "Pages carry checksums"));
    } else {
      findings.add(
          PreflightFinding.warning(
              "data_checksums",
              "Pages carry no checksums, so damage by the disk cannot be noticed",
              "Stop the server and run pg_checksums --enable."));
    }
  }

  private void fullPageWrites() throws SQLException {
    if (setting("full_page_writes").equals("off") && isTrue("SELECT pg_is_in_recovery()")) {
      findings.add(
          PreflightFinding.problem(
              "full_page_writes",
              "full_page_writes is off, and a standby cannot switch it on for a backup",
              "ALTER SYSTEM SET full_page_writes = 'on'; on the primary, and reload."));
    }
  }

  private void recovery() throws SQLException {
    if (isTrue("SELECT pg_is_in_recovery()")) {
      findings.add(PreflightFinding.fine("standby", "The server is a standby"));
    }
  }

  private String setting(String name) throws SQLException {
    return text("SHOW " + name);
  }

  private boolean isTrue(String sql) throws SQLException {
    return text(sql).equals("t");
  }

  private String text(String sql) throws SQLException {
    try (PreparedStatement statement = session.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        throw new SQLException("no answer to " + sql);
      }
      String value = row.getString(1);
      return value == null ? "" : value;
    }
  }
}
