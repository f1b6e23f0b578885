package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A running PostgreSQL cluster for tests, in a directory of its own, gone when it is closed. It is
 * a copy of a template that initdb made once per version and shape, so starting takes a fraction of
 * a second; copies share their system identifier. Knows no test framework.
 *
 * <p>Role {@code postgres} sets the scene. Role {@code holdfast} has the rights that the
 * documentation asks for and no more; backups under test connect as it.
 */
public final class TestCluster implements AutoCloseable {
  /** The role that backups run as. */
  public static final String BACKUP_ROLE = "holdfast";

  public static final String BACKUP_PASSWORD = "correct horse";

  private static final List<String> SCENE =
      List.of(
          "CREATE ROLE holdfast LOGIN REPLICATION PASSWORD 'correct horse'",
          "GRANT pg_checkpoint TO holdfast",
          "GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO holdfast",
          "GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO holdfast",
          "GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO holdfast",
          "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO holdfast",
          "CREATE ROLE bystander LOGIN PASSWORD 'no rights'");

  /** What a test asks of its cluster. */
  public static final class Request {
    private final int major;
    private NewCluster shape = NewCluster.usual();
    private boolean tcp;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> hba = new ArrayList<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private Request(int major) {
      this.major = major;
      settings.put("fsync", "off");
    }

    public Request shape(NewCluster wanted) {
      shape = wanted;
      return this;
    }

    public Request tcp() {
      tcp = true;
      return this;
    }

    public Request setting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** Puts a line before those of {@code pg_hba.conf}. */
    public Request hba(String line) {
      hba.add(line);
      return this;
    }

    /** Puts a file, readable by the server alone, into the data directory. */
    public Request file(String name, byte[] content) {
      files.put(name, content);
      return this;
    }

    public TestCluster start() {
      return new TestCluster(this);
    }
  }

  private final ServerAccount account = ServerAccount.unprivileged();
  private final ServerBinaries binaries;
  private final Path home;
  private final Thread onExit = new Thread(this::stopForExit);
  private LocalServer server;

  private TestCluster(Request request) {
    binaries = TestBinaries.of(request.major);
    home = newHome();
    try {
      server = start(request);
    } catch (RuntimeException e) {
      deleteQuietly(home);
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  private LocalServer start(Request request) {
    copyTree(account, template(request.shape), dataDirectory());
    Path hba = dataDirectory().resolve("pg_hba.conf");
    try {
      String lines = Files.readString(hba, StandardCharsets.UTF_8);
      Files.writeString(hba, String.join("\n", request.hba) + "\n" + lines);
      for (Map.Entry<String, byte[]> file : request.files.entrySet()) {
        Path path = Files.write(dataDirectory().resolve(file.getKey()), file.getValue());
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        account.own(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    LocalServerStart start = LocalServerStart.of(binaries, account, dataDirectory());
    for (Map.Entry<String, String> setting : request.settings.entrySet()) {
      start = start.with(setting.getKey(), setting.getValue());
    }
    return (request.tcp ? start.withTcp() : start).start();
  }

  /** Asks for a cluster of a major version from 15 to 18. */
  public static Request of(int major) {
    return new Request(major);
  }

  /** The programs of a major version from 15 to 18. */
  public static ServerBinaries binaries(int major) {
    return TestBinaries.of(major);
  }

  private static Path newHome() {
    try {
      Path home = Files.createTempDirectory("holdfast-cluster-");
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path template(NewCluster shape) {
    String name =
        String.join(
            "-",
            "template",
            binaries.version(),
            shape.superuser(),
            shape.locale(),
            (shape.walSegmentSize() >> 20) + "M",
            shape.dataChecksums() ? "checksums" : "plain");
    Path template = TestBinaries.home().resolve(name);
    if (Files.exists(template)) {
      return template;
    }
    Path fresh = newHome();
    try {
      Path data = fresh.resolve("data");
      shape.create(binaries, account, data);
      try (LocalServer first =
          LocalServerStart.of(binaries, account, data).with("fsync", "off").start()) {
        for (String statement : SCENE) {
          execute(first, shape.superuser(), statement);
        }
        first.stop(LocalServer.StopMode.FAST, Duration.ofMinutes(1));
      }
      Path copy = Files.createTempDirectory(template.getParent(), ".template-");
      copyTree(account, data, copy.resolve("data"));
      try {
        Files.move(copy.resolve("data"), template);
      } catch (FileSystemException e) {
        if (!Files.exists(template)) {
          throw e;
        }
      } finally {
        RemoveTree.at(BytePath.of(copy.toString()));
      }
      return template;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deleteQuietly(fresh);
    }
  }

  private static void copyTree(ServerAccount account, Path from, Path to) {
    ChildProgram.Outcome outcome =
        ChildProgram.run(
            List.of("cp", "-a", "--reflink=auto", from.toString(), to.toString()),
            Path.of("/"),
            Duration.ofMinutes(2));
    if (outcome.status() != 0) {
      throw new IllegalStateException(outcome.output());
    }
    try {
      account.ownTree(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public LocalServer server() {
    return server;
  }

  public Path dataDirectory() {
    return home.resolve("data");
  }

  /** A directory that the server's account owns, for tablespaces and the like. */
  public Path newDirectory(String name) {
    try {
      Path directory = Files.createDirectory(home.resolve(name));
      account.own(directory);
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ServerAccount account() {
    return account;
  }

  /** A session of the superuser in database postgres; for setting the scene only. */
  public Connection superuser() throws SQLException {
    return connect(server, "postgres", "postgres");
  }

  /** A session of any role in any database, over the trusted unix socket. */
  public Connection connect(String role, String database) throws SQLException {
    return connect(server, role, database);
  }

  /** A session of any role on any server, over its trusted unix socket. */
  public static Connection connect(LocalServer server, String role, String database)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role);
    properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
    properties.setProperty("socketFactoryArg", server.socket().toString());
    properties.setProperty("sslmode", "disable");
    properties.setProperty("socketTimeout", "120");
    return DriverManager.getConnection("jdbc:postgresql://localhost/" + database, properties);
  }

  /** How the backup role connects over the unix socket, which is trusted. */
  public ConnectionSettings socketSettings() {
    return server.socketSettings(BACKUP_ROLE);
  }

  /** How the backup role connects over TCP, where it needs its password. */
  public ConnectionSettings tcpSettings() {
    return ConnectionSettings.of("127.0.0.1", server.tcpPort().orElseThrow(), BACKUP_ROLE)
        .withPassword(BACKUP_PASSWORD::toCharArray);
  }

  /** Runs statements as the superuser in database postgres, each in a transaction of its own. */
  public void execute(String... statements) {
    for (String statement : statements) {
      execute(server, "postgres", statement);
    }
  }

  private static void execute(LocalServer server, String role, String sql) {
    try (Connection connection = connect(server, role, "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The first column of the first row of a query, as text, asked by the superuser. */
  public String query(String sql) {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new IllegalStateException("no row: " + sql);
      }
      return String.valueOf(rows.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Stops the server and starts it again with {@code start} made from the usual one. */
  public void restart(LocalServer.StopMode mode) {
    LocalServerStart again = LocalServerStart.of(binaries, account, dataDirectory());
    boolean tcp = server.tcpPort().isPresent();
    server.stop(mode, Duration.ofMinutes(1));
    server = (tcp ? again.withTcp() : again).with("fsync", "off").start();
  }

  private void stopForExit() {
    server.kill();
    deleteQuietly(home);
  }

  private static void deleteQuietly(Path directory) {
    try {
      RemoveTree.at(BytePath.of(directory.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove what a test left in " + directory, e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      deleteQuietly(home);
      Runtime.getRuntime().removeShutdownHook(onExit);
    }
  }
}
