package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.holdfast.postgres.wal.Timeline;
import io.holdfast.storage.FailureCategory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionSettingsTest {
  @TempDir static Path certificates;
  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    Path key = certificates.resolve("server.key");
    Path certificate = certificates.resolve("server.crt");
    ChildProgram.Outcome made =
        ChildProgram.run(
            List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString()),
            certificates,
            Duration.ofMinutes(1));
    assertThat(made.status()).as(made.output()).isZero();
    cluster =
        TestCluster.of(18)
            .tcp()
            .file("server.key", Files.readAllBytes(key))
            .file("server.crt", Files.readAllBytes(certificate))
            .setting("ssl", "on")
            .start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static String sql(ConnectionSettings settings, String query) throws Exception {
    try (Connection connection = settings.openSql();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private static final String ENCRYPTED =
      "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

  @Test
  void sessionsGoThroughUnixSockets() throws Exception {
    assertThat(sql(cluster.socketSettings(), "SELECT current_user")).isEqualTo("holdfast");
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      assertThat(session.serverMajor()).isEqualTo(18);
      assertThat(session.isStandby()).isFalse();
    }
  }

  @Test
  void passwordsAreProvedWithScram() throws Exception {
    ConnectionSettings settings = cluster.tcpSettings().withTls(TlsMode.DISABLE, null);
    assertThat(sql(settings, ENCRYPTED)).isEqualTo("false");
    assertThat(
            cluster.query("SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'holdfast'"))
        .isEqualTo("SCRAM-SHA-256");
    try (ReplicationSession session = settings.openReplication()) {
      assertThat(session.identify().timeline()).isEqualTo(new Timeline(1));
    }
  }

  @Test
  void theServerProvesItsNameWithItsCertificate() throws Exception {
    ConnectionSettings byName =
        ConnectionSettings.of("localhost", cluster.server().tcpPort().orElseThrow(), "holdfast")
            .withPassword(TestCluster.BACKUP_PASSWORD::toCharArray)
            .withTls(TlsMode.VERIFY_FULL, certificates.resolve("server.crt"));
    assertThat(sql(byName, ENCRYPTED)).isEqualTo("true");
    try (ReplicationSession session = byName.openReplication()) {
      assertThat(session.showSize("wal_segment_size")).isEqualTo(16 << 20);
    }
    ConnectionSettings byAddress =
        cluster.tcpSettings().withTls(TlsMode.VERIFY_FULL, certificates.resolve("server.crt"));
    assertThatThrownBy(byAddress::openReplication)
        .isInstanceOf(PostgresException.class)
        .hasMessageContaining("127.0.0.1");
    byAddress.withTls(TlsMode.VERIFY_CA, certificates.resolve("server.crt")).openSql().close();
  }

  @Test
  void anUnknownAuthorityIsRefused() throws Exception {
    Path empty = Files.createFile(certificates.resolve("empty.crt"));
    assertThatThrownBy(
            () -> cluster.tcpSettings().withTls(TlsMode.VERIFY_CA, empty).openReplication())
        .isInstanceOf(PostgresException.class);
  }

  @Test
  void aWrongPasswordIsAnErrorOfAccessAndStaysSecret() {
    ConnectionSettings wrong = cluster.tcpSettings().withPassword("hunter2"::toCharArray);
    assertThatThrownBy(wrong::openReplication)
        .asInstanceOf(type(ServerErrorException.class))
        .satisfies(
            e -> {
              assertThat(e.sqlState()).isEqualTo("28P01");
              assertThat(e.category()).isEqualTo(FailureCategory.ACCESS);
              assertThat(e.hint()).isNotEmpty();
              assertThat(e).hasMessageContaining("holdfast");
              assertThat(e.toString()).doesNotContain("hunter2");
            });
    assertThat(wrong.toString()).doesNotContain("hunter2");
  }

  @Test
  void aMissingPasswordIsReported() {
    assertThatThrownBy(() -> cluster.tcpSettings().withPassword(null).openSql())
        .isInstanceOf(ServerErrorException.class)
        .hasMessageContaining("none is configured");
  }

  @Test
  void aRoleWithoutTheRightToReplicateIsRefused() {
    assertThatThrownBy(() -> cluster.server().socketSettings("bystander").openReplication())
        .asInstanceOf(type(ServerErrorException.class))
        .satisfies(
            e -> {
              assertThat(e.category()).isEqualTo(FailureCategory.ACCESS);
              assertThat(e.hint()).contains("REPLICATION");
            });
  }

  @Test
  void limitsOfTheRoleDoNotEndSessions() throws Exception {
    List<String> limits =
        List.of(
            "idle_session_timeout",
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "transaction_timeout");
    for (String limit : limits) {
      cluster.execute("ALTER ROLE holdfast SET " + limit + " = '1h'");
    }
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      for (String limit : limits) {
        assertThat(sql(cluster.socketSettings(), "SHOW " + limit)).as(limit).isEqualTo("0");
        if (!limit.equals("transaction_timeout")) { // replication knows no transactions
          assertThat(session.show(limit)).as(limit).isEqualTo("0");
        }
      }
    } finally {
      cluster.execute("ALTER ROLE holdfast RESET ALL");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DISABLE", "REQUIRE"})
  void anInterruptEndsAWaitOverTcp(TlsMode tls) throws Exception {
    try (ReplicationSession session = cluster.tcpSettings().withTls(tls, null).openReplication()) {
      String walSender =
          cluster.query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walsender'");
      signal("-STOP", walSender);
      try {
        Throwable[] failure = new Throwable[1];
        Thread waiting =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        session.identify();
                      } catch (PostgresException e) {
                        failure[0] = e;
                      }
                    });
        waiting.interrupt();
        assertThat(waiting.join(Duration.ofSeconds(20))).as("the wait ends").isTrue();
        assertThat(failure[0])
            .asInstanceOf(type(ServerConnectionException.class))
            .extracting(ServerConnectionException::category)
            .isEqualTo(FailureCategory.INTERRUPTED);
      } finally {
        signal("-CONT", walSender);
      }
    }
    Eventually.holds(
        () ->
            cluster
                .query("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'")
                .equals("0"));
  }

  private static void signal(String signal, String pid) {
    ChildProgram.Outcome outcome =
        ChildProgram.run(List.of("kill", signal, pid), Path.of("/"), Duration.ofSeconds(10));
    assertThat(outcome.status()).as(outcome.output()).isZero();
  }

  @Test
  void theNextHostIsTriedWhenOneIsAway() throws Exception {
    int dead;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      dead = socket.getLocalPort();
    }
    ConnectionSettings one = cluster.tcpSettings();
    ConnectionSettings two =
        new ConnectionSettings(
            List.of(new ConnectionSettings.Host("127.0.0.1", dead), one.hosts().getFirst()),
            one.user(),
            one.database(),
            one.password(),
            one.tls(),
            null,
            one.connectLimit(),
            one.answerLimit(),
            one.clock(),
            one.application());
    assertThat(sql(two, "SELECT 1")).isEqualTo("1");
    assertThatThrownBy(() -> ConnectionSettings.of("127.0.0.1", dead, "holdfast").openSql())
        .isInstanceOf(ServerConnectionException.class)
        .hasMessageContaining("127.0.0.1:" + dead);
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ConnectionSettings settings =
          ConnectionSettings.of("127.0.0.1", silent.getLocalPort(), "holdfast")
              .withLimits(Duration.ofSeconds(1), Duration.ofSeconds(1));
      assertThatThrownBy(settings::openReplication).isInstanceOf(ServerConnectionException.class);
    }
  }

  @Test
  void aSocketIsNotOneOfManyHosts() {
    ConnectionSettings one = cluster.tcpSettings();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new ConnectionSettings(
                    List.of(one.hosts().getFirst(), new ConnectionSettings.Host("/tmp", 5432)),
                    "holdfast",
                    "postgres",
                    null,
                    TlsMode.PREFER,
                    null,
                    one.connectLimit(),
                    one.answerLimit(),
                    one.clock(),
                    one.application()));
  }
}
