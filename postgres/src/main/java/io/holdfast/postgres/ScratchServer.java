package io.holdfast.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * A server on a restored cluster, to look into it. Nothing else can reach it, and it reaches
 * nothing: a private socket, no TCP, no archiving, no libraries of the cluster's own, no settings
 * but its own and what its recovery needs.
 */
public final class ScratchServer implements AutoCloseable {
  /** For messages. */
  static final String SCRATCH = "the scratch server";

  /** It is known by its process that it goes on. */
  private static final Duration LONGEST_RECOVERY = Duration.ofDays(7);

  private static final String CANNOT_CONNECT_NOW = "57P03";
  private static final Duration POLL = Duration.ofMillis(50);

  private static final int EVENT_TRIGGERS_SINCE = 17;

  /** A recovery may bring any number of them back. */
  private static final String MANY = "1000";

  private final LocalServer server;
  private final String superuser;

  private ScratchServer(LocalServer server, String superuser) {
    this.server = server;
    this.superuser = superuser;
  }

  /**
   * Starts it, and waits until it has recovered.
   *
   * @param dataDirectory of a restored cluster; its recovery ends with opening it
   * @param own an empty directory for the server's configuration
   * @param role any role of the cluster that may log in to {@code database}
   * @throws LocalServerException if it does not get there
   */
  public static ScratchServer start(
      ServerBinaries binaries,
      ServerAccount account,
      Path dataDirectory,
      Path own,
      String role,
      String database) {
    LocalServer server;
    try {
      keepOwnSettings(dataDirectory);
      account.ownTree(dataDirectory);
      Path configuration = write(account, own.resolve("postgresql.conf"), "");
      Path hba = write(account, own.resolve("pg_hba.conf"), "local all all trust\n");
      Path ident = write(account, own.resolve("pg_ident.conf"), "");
      LocalServerStart start =
          LocalServerStart.of(binaries, account, dataDirectory)
              .withLogFile(own.resolve("log"))
              .with("config_file", configuration.toString())
              .with("hba_file", hba.toString())
              .with("ident_file", ident.toString())
              .with("archive_mode", "off")
              .with("shared_preload_libraries", "")
              .with("session_preload_libraries", "")
              .with("local_preload_libraries", "")
              .with("hot_standby", "off") // it is open when its recovery has ended, not before
              .with("max_prepared_transactions", MANY)
              .with("synchronous_standby_names", "")
              .with("primary_conninfo", "")
              .with("max_logical_replication_workers", "0") // or it takes what subscribers wait for
              .with("max_wal_senders", "0")
              .with("max_replication_slots", "0")
              .with("autovacuum", "off")
              .with("fsync", "off")
              .with("ssl", "off")
              .withLimit(LONGEST_RECOVERY);
      server =
          (binaries.major() < EVENT_TRIGGERS_SINCE ? start : start.with("event_triggers", "off"))
              .start();
    } catch (IOException e) {
      throw LocalServerException.unavailable(
          "a scratch server in " + own + " cannot be prepared: " + e.getMessage(), "", e);
    }
    try {
      awaitOpen(server, role, database);
      return new ScratchServer(server, superuser(server, role, database));
    } catch (InterruptedException e) {
      server.close();
      throw LocalServerException.interrupted("waiting for a scratch server", e);
    } catch (SQLException e) {
      server.close();
      throw ServerErrorException.of(SCRATCH, e);
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Without hot standby a server counts as ready as soon as it recovers. */
  private static void awaitOpen(LocalServer server, String role, String database)
      throws InterruptedException, SQLException {
    while (true) {
      try (Connection _ = server.socketSettings(role).openSql(database)) {
        return;
      } catch (ServerErrorException e) {
        if (!e.sqlState().equals(CANNOT_CONNECT_NOW) || !server.isRunning()) {
          throw e;
        }
      }
      Thread.sleep(POLL);
    }
  }

  /** What the cluster itself has set may not fit this machine, or reach out of it. */
  private static void keepOwnSettings(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve("postgresql.auto.conf");
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    int own = text.lastIndexOf(RecoverySettings.HEADING);
    Files.writeString(file, text.substring(Math.max(0, own)), StandardCharsets.ISO_8859_1);
  }

  private static Path write(ServerAccount account, Path file, String text) throws IOException {
    Files.writeString(file, text);
    account.own(file);
    return file;
  }

  /** Any role may ask for it; the one that initdb made is the first. */
  private static String superuser(LocalServer server, String role, String database)
      throws SQLException {
    try (Connection session = server.socketSettings(role).openSql(database)) {
      return Rows.of(
              session,
              "SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1",
              row -> row.getString(1))
          .stream()
          .findFirst()
          .orElseThrow(
              () ->
                  LocalServerException.unavailable(
                      "no superuser of the cluster may log in", "Choose a time with --at.", null));
    }
  }

  /** A session of a superuser. */
  Connection open(String database) {
    return server.socketSettings(superuser).openSql(database);
  }

  /** Names of the databases that let sessions in. */
  List<String> databases() {
    try (Connection session = open("template1")) {
      return Rows.of(
          session,
          "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate"
              + " AND datconnlimit <> -2 ORDER BY 1", // half dropped
          row -> row.getString(1));
    } catch (SQLException e) {
      throw ServerErrorException.of(SCRATCH, e);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
