package io.holdfast.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.core.BackupStream;
import org.postgresql.core.ConnectionFactory;
import org.postgresql.core.QueryExecutor;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.HostSpec;

/**
 * How to reach a cluster and as whom. Opens sessions for SQL and for replication, both through
 * pgjdbc, which brings TLS, SCRAM and GSSAPI. Immutable; holds no secret, only where to get it.
 *
 * @param hosts of several, sessions are with the first that is a primary; a directory means the
 *     unix socket in it, and then it is the only one
 * @param database for SQL sessions
 * @param password asked when the server wants one; null if there is none
 * @param rootCertificate PEM file of the authorities that VERIFY_CA and VERIFY_FULL trust; null for
 *     those in {@code ~/.postgresql/root.crt}
 * @param connectLimit how long connecting to one host may take
 * @param answerLimit how long a server may be silent when it owes an answer
 * @param clock the time that a server is told with each sign of life
 * @param application the name that sessions have on the server
 */
public record ConnectionSettings(
    List<Host> hosts,
    String user,
    String database,
    @Nullable PasswordSource password,
    TlsMode tls,
    @Nullable Path rootCertificate,
    Duration connectLimit,
    Duration answerLimit,
    Clock clock,
    String application) {

  /** The name that sessions have on the server, unless another one is said. */
  public static final String APPLICATION = "holdfast";

  /**
   * Sessions are idle while files are read, and wait for checkpoints: limits that the role, the
   * database or the server has would end them. Its own limits are kept by this side.
   */
  private static final String NO_LIMITS =
      "-c idle_session_timeout=0 -c statement_timeout=0 -c lock_timeout=0"
          + " -c idle_in_transaction_session_timeout=0";

  /** Since this version there is transaction_timeout, which others refuse at the start. */
  private static final int TRANSACTION_TIMEOUT_SINCE = 17;

  /**
   * One server.
   *
   * @param name name, address, or directory of the unix socket
   */
  public record Host(String name, int port) {
    boolean isSocketDirectory() {
      return name.startsWith("/");
    }

    Path socket() {
      return Path.of(name, ".s.PGSQL." + port);
    }

    @Override
    public String toString() {
      return isSocketDirectory() ? socket().toString() : name + ":" + port;
    }
  }

  public ConnectionSettings {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("no host");
    }
    if (hosts.size() > 1 && hosts.stream().anyMatch(Host::isSocketDirectory)) {
      throw new IllegalArgumentException(
          "a unix socket is an alternative to hosts, not one of many");
    }
  }

  /** Database postgres, no password, TLS if the server has it, 15 s to connect, 60 s to answer. */
  public static ConnectionSettings of(String host, int port, String user) {
    return new ConnectionSettings(
        List.of(new Host(host, port)),
        user,
        "postgres",
        null,
        TlsMode.PREFER,
        null,
        Duration.ofSeconds(15),
        Duration.ofSeconds(60),
        Clock.systemUTC(),
        APPLICATION);
  }

  public ConnectionSettings withDatabase(String name) {
    return new ConnectionSettings(
        hosts,
        user,
        name,
        password,
        tls,
        rootCertificate,
        connectLimit,
        answerLimit,
        clock,
        application);
  }

  public ConnectionSettings withPassword(@Nullable PasswordSource source) {
    return new ConnectionSettings(
        hosts,
        user,
        database,
        source,
        tls,
        rootCertificate,
        connectLimit,
        answerLimit,
        clock,
        application);
  }

  public ConnectionSettings withTls(TlsMode mode, @Nullable Path certificate) {
    return new ConnectionSettings(
        hosts,
        user,
        database,
        password,
        mode,
        certificate,
        connectLimit,
        answerLimit,
        clock,
        application);
  }

  /** The same with each of the hosts alone. */
  public List<ConnectionSettings> each() {
    return hosts.stream()
        .map(
            host ->
                new ConnectionSettings(
                    List.of(host),
                    user,
                    database,
                    password,
                    tls,
                    rootCertificate,
                    connectLimit,
                    answerLimit,
                    clock,
                    application))
        .toList();
  }

  public ConnectionSettings withHosts(List<Host> others) {
    return new ConnectionSettings(
        others,
        user,
        database,
        password,
        tls,
        rootCertificate,
        connectLimit,
        answerLimit,
        clock,
        application);
  }

  public ConnectionSettings withLimits(Duration connect, Duration answer) {
    return new ConnectionSettings(
        hosts, user, database, password, tls, rootCertificate, connect, answer, clock, application);
  }

  public ConnectionSettings withClock(Clock other) {
    return new ConnectionSettings(
        hosts,
        user,
        database,
        password,
        tls,
        rootCertificate,
        connectLimit,
        answerLimit,
        other,
        application);
  }

  public ConnectionSettings withApplication(String name) {
    return new ConnectionSettings(
        hosts,
        user,
        database,
        password,
        tls,
        rootCertificate,
        connectLimit,
        answerLimit,
        clock,
        name);
  }

  /**
   * Opens a session for SQL.
   *
   * @throws PostgresException if no server lets this role in
   */
  public Connection openSql() {
    return openSql(database);
  }

  /**
   * Opens a session for SQL in a database of its own choice.
   *
   * @throws PostgresException if no server lets this role in
   */
  public Connection openSql(String inDatabase) {
    try {
      PgConnection session =
          new PgConnection(hostSpecs(), properties(inDatabase), "jdbc:postgresql:");
      liftTransactionLimit(session);
      return session;
    } catch (SQLException e) {
      throw ServerErrorException.of(describe(), e);
    }
  }

  private static void liftTransactionLimit(Connection session) throws SQLException {
    try (Statement statement = session.createStatement()) {
      if (session.getMetaData().getDatabaseMajorVersion() >= TRANSACTION_TIMEOUT_SINCE) {
        statement.execute("SET transaction_timeout = 0");
      }
    } catch (SQLException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Opens a session for replication commands.
   *
   * @throws PostgresException if no server lets this role in
   */
  public ReplicationSession openReplication() {
    return openReplication("true");
  }

  /**
   * Opens a session for replication commands that answers with the bytes that the server has, also
   * where they are no text in UTF-8. Such a session belongs to the database, and pg_hba.conf must
   * let the role in there.
   *
   * @throws PostgresException if no server lets this role in
   */
  public ReplicationSession openReplicationOfBytes() {
    ReplicationSession session = openReplication("database");
    try {
      // The driver insists on UTF-8 at the start; a session without a database takes no SET.
      session.receiveBytes();
      return session;
    } catch (PostgresException e) {
      session.close();
      throw e;
    }
  }

  private ReplicationSession openReplication(String kind) {
    Properties properties = properties(database);
    PGProperty.REPLICATION.set(properties, kind);
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    try {
      QueryExecutor executor = ConnectionFactory.openConnection(hostSpecs(), properties);
      return new ReplicationSession(
          new ReplicationWire(BackupStream.take(executor), describe(), answerLimit, clock));
    } catch (SQLException e) {
      throw ServerErrorException.of(describe(), e);
    }
  }

  private HostSpec[] hostSpecs() {
    return hosts.stream()
        .map(
            host -> new HostSpec(host.isSocketDirectory() ? "localhost" : host.name(), host.port()))
        .toArray(HostSpec[]::new);
  }

  private Properties properties(String inDatabase) {
    Properties properties = new Properties();
    PGProperty.USER.set(properties, user);
    PGProperty.PG_DBNAME.set(properties, inDatabase);
    PGProperty.APPLICATION_NAME.set(properties, application);
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "15");
    PGProperty.CONNECT_TIMEOUT.set(properties, seconds(connectLimit));
    PGProperty.LOGIN_TIMEOUT.set(properties, seconds(connectLimit));
    PGProperty.SOCKET_TIMEOUT.set(properties, seconds(answerLimit));
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, seconds(connectLimit));
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    PGProperty.GSS_ENC_MODE.set(properties, "disable");
    PGProperty.OPTIONS.set(properties, NO_LIMITS);
    PGProperty.AUTHENTICATION_PLUGIN_CLASS_NAME.set(properties, SuppliedPassword.class.getName());
    if (password != null) {
      properties.put(SuppliedPassword.SOURCE, password);
    }
    if (hosts.size() > 1) {
      PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
      PGProperty.HOST_RECHECK_SECONDS.set(
          properties, 0); // which one it is may have changed just now
    }
    Host first = hosts.getFirst();
    if (first.isSocketDirectory()) {
      PGProperty.SOCKET_FACTORY.set(properties, UnixSocketFactory.class.getName());
      PGProperty.SOCKET_FACTORY_ARG.set(properties, first.socket().toString());
      PGProperty.SSL_MODE.set(properties, TlsMode.DISABLE.sslMode());
    } else {
      PGProperty.SSL_MODE.set(properties, tls.sslMode());
      if (rootCertificate != null) {
        PGProperty.SSL_ROOT_CERT.set(properties, rootCertificate.toString());
      }
    }
    return properties;
  }

  private static int seconds(Duration time) {
    return (int) Math.max(1, time.toSeconds());
  }

  /** Where this leads and as whom, for messages. */
  public String describe() {
    String places = String.join(", ", hosts.stream().map(Host::toString).toList());
    return "PostgreSQL at " + places + " as " + user;
  }
}
