package io.holdfast.demo;

import io.holdfast.engine.HumanFormat;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.LocalServerStart;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.ServerAccount;
import io.holdfast.postgres.ServerBinaries;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A small AI platform on this machine: a PostgreSQL server, uploaded files, configuration. Closing
 * it stops the server; what it holds stays.
 */
public final class SamplePlatform implements AutoCloseable {
  private static final int DOCUMENTS = 400;
  private static final int PORT = 5432;

  private final Path root;
  private final ServerBinaries binaries;
  private final ServerAccount account;
  private final SampleFiles files;
  private final SampleSettings settings;
  private final LocalServer server;

  private SamplePlatform(
      Path root,
      ServerBinaries binaries,
      ServerAccount account,
      RandomGenerator random,
      LocalServer server) {
    this.root = root;
    this.binaries = binaries;
    this.account = account;
    this.files = new SampleFiles(root.resolve("uploads"), random);
    this.settings = new SampleSettings(root.resolve("config"));
    this.server = server;
  }

  /**
   * Makes a platform and starts it.
   *
   * @param root an empty directory that the account can reach
   * @param random makes the content of files: a fixed seed makes the same platform again
   */
  public static SamplePlatform create(
      Path root, ServerBinaries binaries, ServerAccount account, RandomGenerator random) {
    Path data = root.resolve("postgres");
    NewCluster.usual().create(binaries, account, data);
    SamplePlatform platform =
        new SamplePlatform(
            root, binaries, account, random, LocalServerStart.of(binaries, account, data).start());
    boolean filled = false;
    try {
      platform.fill();
      filled = true;
      return platform;
    } finally {
      if (!filled) {
        platform.close();
      }
    }
  }

  /** Starts the restored copy of a platform and waits until its recovery is over. */
  static SamplePlatform start(
      Path root, ServerBinaries binaries, ServerAccount account, RandomGenerator random) {
    LocalServer server = LocalServerStart.of(binaries, account, root.resolve("postgres")).start();
    SamplePlatform platform = new SamplePlatform(root, binaries, account, random, server);
    boolean ready = false;
    try {
      platform.awaitEndOfRecovery();
      ready = true;
      return platform;
    } finally {
      if (!ready) {
        platform.close();
      }
    }
  }

  private void awaitEndOfRecovery() {
    try (Connection connection = connect("postgres", "postgres");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 600; i++) {
        try (ResultSet row = statement.executeQuery("SELECT pg_is_in_recovery()")) {
          row.next();
          if (!row.getBoolean(1)) {
            return;
          }
        }
        Thread.sleep(100);
      }
      throw new DemoException(
          "the restored server is still in recovery:\n" + server.logTail(), null);
    } catch (SQLException e) {
      throw new DemoException("cannot ask the restored server: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted", e);
    }
  }

  private void fill() {
    try (Connection connection = connect("postgres", "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(resource("role.sql"));
      statement.execute("CREATE DATABASE platform");
    } catch (SQLException e) {
      throw new DemoException("cannot make the sample database: " + e.getMessage(), e);
    }
    execute("platform.sql");
    addDocuments(files.create(DOCUMENTS));
    settings.create();
  }

  /** Changes tables, files and settings as a busy day would. */
  void change() {
    execute("changes.sql");
    try {
      addDocuments(files.change(DOCUMENTS));
      settings.change();
    } catch (IOException e) {
      throw new DemoException("cannot change the sample files: " + e.getMessage(), e);
    }
  }

  private void execute(String script) {
    try (Connection connection = connect("platform", "postgres");
        Statement statement = connection.createStatement()) {
      for (String part : resource(script).split("\n-- next\n", -1)) {
        statement.execute(part);
      }
    } catch (SQLException e) {
      throw new DemoException(script + " failed: " + e.getMessage(), e);
    }
  }

  private void addDocuments(List<SampleFiles.Upload> uploads) {
    String sql =
        """
        INSERT INTO platform.documents (project_id, title, path, media_type, bytes, sha256)
        VALUES (1 + (abs(hashtext(?)) % 120), initcap(platform.words(abs(hashtext(?)) % 100000, 4)), ?, ?, ?, ?)
        ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, sha256 = excluded.sha256
        """;
    try (Connection connection = connect("platform", "postgres");
        PreparedStatement insert = connection.prepareStatement(sql)) {
      for (SampleFiles.Upload upload : uploads) {
        insert.setString(1, upload.path());
        insert.setString(2, upload.path());
        insert.setString(3, upload.path());
        insert.setString(4, upload.mediaType());
        insert.setLong(5, upload.bytes());
        insert.setBytes(6, upload.sha256());
        insert.addBatch();
      }
      insert.executeBatch();
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            """
            INSERT INTO platform.document_chunks
            SELECT d.id, n, platform.words(d.id * 10 + n, 60),
              ARRAY(SELECT (hashint4(d.id * 1000 + n * 100 + k) % 1000) / 1000.0::real FROM generate_series(1, 16) k)
            FROM platform.documents d, generate_series(1, 4) n ON CONFLICT DO NOTHING
            """);
      }
    } catch (SQLException e) {
      throw new DemoException("cannot register sample documents: " + e.getMessage(), e);
    }
  }

  /** A session. */
  Connection connect(String database, String user) {
    return ConnectionSettings.of(socketDirectory(), PORT, user).withDatabase(database).openSql();
  }

  /** What is in it, in figures. */
  String describe() {
    String rows =
        "SELECT sum((xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', oid::regclass),"
            + " false, true, '')))[1]::text::bigint), pg_size_pretty(pg_database_size('platform'))"
            + " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'platform'::regnamespace";
    try (Connection connection = connect("platform", "postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(rows)) {
      row.next();
      TreeImage uploads = TreeImage.of(root.resolve("uploads"));
      return HumanFormat.count(row.getLong(1), "row")
          + " ("
          + row.getString(2)
          + "), "
          + HumanFormat.count(uploads.size(), "file")
          + " ("
          + HumanFormat.size(uploads.bytes())
          + "), "
          + HumanFormat.count(SampleSettings.in(root.resolve("config")).size(), "setting");
    } catch (SQLException e) {
      throw new DemoException("cannot count the sample rows: " + e.getMessage(), e);
    }
  }

  /** Where the server's Unix-domain socket is. */
  public String socketDirectory() {
    return Objects.requireNonNull(server.socket().getParent()).toString();
  }

  /** Where it is: {@code postgres}, {@code uploads} and {@code config} below. */
  public Path root() {
    return root;
  }

  String version() {
    return binaries.version();
  }

  ServerAccount account() {
    return account;
  }

  /** Everything is lost: the server dies, database, files and configuration are gone. */
  void destroy() {
    server.kill();
    server.close();
    for (String part : List.of("postgres", "uploads", "config")) {
      Directories.remove(root.resolve(part));
    }
  }

  @Override
  public void close() {
    server.close();
  }

  private static String resource(String name) {
    try (InputStream stream =
        Objects.requireNonNull(SamplePlatform.class.getResourceAsStream(name))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
