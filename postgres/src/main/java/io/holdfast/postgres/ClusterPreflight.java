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
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a cluster can be backed up by the role of a session, and names what is missing with
 * the statement that mends it. Changes nothing.
 */
public final class ClusterPreflight {
  private static final int OLDEST = 15;
  private static final int NEWEST = 18;
  private static final String REPLICATION = "replication";

  /**
   * One for SQL, one for a look into a database, and one that is closed but not gone yet. Before
   * version 18 those for replication count as well.
   */
  private static final int CONNECTIONS_NEEDED = 3;

  private static final int CONNECTIONS_NEEDED_BEFORE_18 = 4;

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
   * Looks at everything, also whether the role is let in for replication and into the databases,
   * and whether the data directory is that of the server and can be read, with its tablespaces.
   *
   * @param dataDirectory for reading directly; null to ask the server for it
   * @throws PostgresException if no server lets the role in at all
   */
  public static List<PreflightFinding> check(
      ConnectionSettings server, ReadMethod method, @Nullable BytePath dataDirectory) {
    try (Connection session = server.openSql()) {
      List<PreflightFinding> findings = new ArrayList<>(check(session, method));
      if (findings.stream().noneMatch(ClusterPreflight::forbidsReplication)) {
        findings.add(replication(server));
      }
      findings.addAll(databases(session, server));
      if (method == ReadMethod.DIRECT) {
        findings.addAll(directory(session, server, dataDirectory));
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

  private static List<PreflightFinding> databases(Connection session, ConnectionSettings server)
      throws SQLException {
    ReadServerCatalog reader = new ReadServerCatalog(session, server::openSql);
    List<String> unknown = reader.notLookedInto(reader.read());
    if (unknown.isEmpty()) {
      return List.of();
    }
    return List.of(
        PreflightFinding.warning(
            "databases",
            "Backups do not record the extensions and collations of "
                + String.join(", ", unknown)
                + ": a restore will take all indexes there for doubtful",
            "Let the role connect to these databases: GRANT CONNECT, and pg_hba.conf."));
  }

  private static List<PreflightFinding> directory(
      Connection session, ConnectionSettings server, @Nullable BytePath configured)
      throws SQLException {
    String subject = "data directory";
    BytePath path;
    try {
      path = configured == null ? FindDataDirectory.of(session, server.describe()) : configured;
    } catch (PostgresException e) {
      return List.of(failed(subject, e));
    }
    List<PreflightFinding> findings = new ArrayList<>();
    try (DirectoryHandle root = DirectoryHandle.open(path)) {
      ControlFile cluster = ControlFile.parse(ReadControlFile.from(root));
      DirectClusterReader.requireSameCluster(session, server, path, cluster);
      findings.add(PreflightFinding.fine(subject, path + " can be read"));
      findings.addAll(tablespaces(session, path, cluster));
      return findings;
    } catch (PosixException e) {
      return List.of(failed(subject, ClusterReadException.of(path, e)));
    } catch (PostgresException e) {
      return List.of(failed(subject, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("checking " + path);
    }
  }

  /** Those that cannot be read, or are not seen from here. */
  private static List<PreflightFinding> tablespaces(
      Connection session, BytePath dataDirectory, ControlFile cluster) throws SQLException {
    List<PreflightFinding> findings = new ArrayList<>();
    int major = session.getMetaData().getDatabaseMajorVersion();
    BytePath version = DirectWalk.versionDirectory(major, cluster);
    for (Tablespace tablespace :
        Rows.of(session, ReadServerCatalog.TABLESPACES, ReadServerCatalog::tablespace)) {
      BytePath path = dataDirectory.resolve(tablespace.path()).resolve(version);
      try (DirectoryHandle directory = DirectoryHandle.open(path)) {
        SortedNames.of(directory);
      } catch (PosixException e) {
        PostgresException failure =
            e.isAbsent()
                ? RequireTablespaces.missing(tablespace)
                : ClusterReadException.of(tablespace.location(), e);
        findings.add(failed("tablespace " + tablespace.name(), failure));
      }
    }
    return findings;
  }

  private List<PreflightFinding> run() throws SQLException {
    version();
    role();
    connections();
    functions();
    roles();
    walLevel();
    int walSenders = method == ReadMethod.DIRECT ? 1 : 2; // the base backup itself is one
    free("max_wal_senders", "SELECT count(*) FROM pg_stat_replication", walSenders);
    free("max_replication_slots", "SELECT count(*) FROM pg_replication_slots", 1);
    keptLog();
    if (method == ReadMethod.STREAM) {
      tablespacesInPlace();
    }
    synchronousStandby();
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

  /** What the limit of the role leaves besides the sessions that it has otherwise. */
  private void connections() throws SQLException {
    long limit =
        Long.parseLong(text("SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user"));
    if (limit < 0 || isTrue("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
      return;
    }
    boolean replicationCounts = Integer.parseInt(setting("server_version_num")) < 180_000;
    int needed = replicationCounts ? CONNECTIONS_NEEDED_BEFORE_18 : CONNECTIONS_NEEDED;
    long others =
        Long.parseLong(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                    + " WHERE usename = current_user AND pid <> pg_backend_pid()"
                    + (replicationCounts ? "" : " AND backend_type = 'client backend'")));
    if (limit - others < needed) {
      findings.add(
          PreflightFinding.problem(
              "connections",
              "The role may have "
                  + limit
                  + " connections and "
                  + others
                  + " are in use besides this one; a backup needs "
                  + needed,
              "ALTER ROLE "
                  + text("SELECT quote_ident(current_user)")
                  + " CONNECTION LIMIT "
                  + (others + needed)
                  + ";"));
    } else {
      findings.add(
          PreflightFinding.fine("connections", "The role may have " + limit + " connections"));
    }
  }

  private void functions() throws SQLException {
    for (FunctionGrant grant : FunctionGrant.OF_DIRECT_READING) {
      function(grant, method == ReadMethod.DIRECT);
    }
    function(new FunctionGrant("pg_create_restore_point(text)"), false);
    function(new FunctionGrant("pg_switch_wal()"), false);
  }

  private void function(FunctionGrant grant, boolean needed) throws SQLException {
    String signature = grant.signature();
    if (grant.isGiven(session)) {
      findings.add(PreflightFinding.fine(signature, "The role may execute " + signature));
    } else {
      missing(signature, "The role may not execute " + signature, grant.statement(session), needed);
    }
  }

  private void keptLog() throws SQLException {
    String most = setting("max_slot_wal_keep_size");
    if (!most.equals("-1")) {
      findings.add(
          PreflightFinding.warning(
              "max_slot_wal_keep_size",
              "max_slot_wal_keep_size is "
                  + most
                  + ": a backup during which more of the write-ahead log is written fails",
              "Make sure that backups are done before that, or raise max_slot_wal_keep_size."));
    }
  }

  private void tablespacesInPlace() throws SQLException {
    try {
      RequireTablespaces.streamable(
          Rows.of(session, ReadServerCatalog.TABLESPACES, ReadServerCatalog::tablespace));
    } catch (ClusterReadException e) {
      findings.add(failed("tablespaces", e));
    }
  }

  /** Holdfast reports no flush, so it is none; but a server that waits for it by name waits. */
  private void synchronousStandby() throws SQLException {
    String names = setting("synchronous_standby_names");
    if (names
        .toLowerCase(Locale.ROOT)
        .matches(".*\\b" + ConnectionSettings.APPLICATION + "\\b.*")) {
      findings.add(
          PreflightFinding.warning(
              "synchronous_standby_names",
              "synchronous_standby_names names "
                  + ConnectionSettings.APPLICATION
                  + ", which is the name of the connections of backups: they are no standby, and"
                  + " commits do not wait for them",
              "Name the standbys only."));
    } else if (names.contains("*")) {
      findings.add(
          PreflightFinding.fine(
              "synchronous_standby_names",
              "synchronous_standby_names takes any standby; backups do not count as one"));
    }
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
