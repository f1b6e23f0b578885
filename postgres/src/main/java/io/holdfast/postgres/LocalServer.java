package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * A PostgreSQL server on this machine that this process started and ends. It listens on a unix
 * socket in a private directory and, if asked, on 127.0.0.1. Closing it stops it at once, without
 * waiting for clients; it does not remove the data directory.
 */
public final class LocalServer implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final int PORT_ATTEMPTS = 5;
  private static final int SOCKET_PORT = 5432;

  /** How a server is asked to stop; the signals are PostgreSQL's interface. */
  public enum StopMode {
    /** Ends sessions, writes a checkpoint. */
    FAST("INT"),
    /** Ends at once; the next start recovers from the WAL. */
    IMMEDIATE("QUIT");

    private final String signal;

    StopMode(String signal) {
      this.signal = signal;
    }
  }

  private final ServerBinaries binaries;
  private final ServerAccount account;
  private final Path dataDirectory;
  private final Path socketDirectory;
  private final ServerLog log;
  private final OptionalInt tcpPort;
  private final Process process;

  private LocalServer(LocalServerStart start, Path socketDirectory, OptionalInt tcpPort) {
    this.binaries = start.binaries();
    this.account = start.account();
    this.dataDirectory = start.dataDirectory();
    this.socketDirectory = socketDirectory;
    this.log = new ServerLog(start.logFile());
    this.tcpPort = tcpPort;
    this.process = launch(start);
  }

  /**
   * Starts a server and waits until it takes connections, or, with recovery settings, until it
   * takes read-only ones.
   *
   * @throws LocalServerException with the end of the server's log if it does not get there
   */
  static LocalServer start(LocalServerStart start) {
    NewCluster.requireReach(start.account(), start.dataDirectory());
    NewCluster.requireReach(start.account(), start.binaries().program("postgres"));
    PostmasterFile postmasterFile = new PostmasterFile(start.dataDirectory());
    boolean foundEmpty = postmasterFile.isEmpty();
    for (int attempt = 1; ; attempt++) {
      Path sockets = makeSocketDirectory(start.account());
      LocalServer server =
          new LocalServer(start, sockets, start.tcp() ? freePort() : OptionalInt.empty());
      try {
        server.awaitReady(start.limit());
        return server;
      } catch (LocalServerException e) {
        server.kill();
        if (!foundEmpty) {
          postmasterFile.removeIfEmpty();
        }
        server.removeSocketDirectory();
        // Between choosing a port and listening on it, another process may take it.
        if (!start.tcp()
            || attempt == PORT_ATTEMPTS
            || !server.log.tail().contains("Address already in use")) {
          throw e;
        }
      }
    }
  }

  private static Path makeSocketDirectory(ServerAccount account) {
    try {
      Path directory = Files.createTempDirectory("holdfast-");
      account.own(directory);
      return directory;
    } catch (IOException e) {
      throw LocalServerException.unavailable("Cannot make a directory for a unix socket", "", e);
    }
  }

  private static OptionalInt freePort() {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return OptionalInt.of(probe.getLocalPort());
    } catch (IOException e) {
      throw LocalServerException.unavailable("There is no free TCP port", "", e);
    }
  }

  private Process launch(LocalServerStart start) {
    List<String> command = new ArrayList<>();
    command.add(binaries.program("postgres").toString());
    command.add("-D");
    command.add(dataDirectory.toString());
    Map<String, String> own =
        Map.of(
            "listen_addresses",
            tcpPort.isPresent() ? "127.0.0.1" : "",
            "port",
            Integer.toString(port()),
            "unix_socket_directories",
            socketDirectory.toString(),
            "unix_socket_permissions",
            "0700",
            "logging_collector",
            "off",
            "log_destination",
            "stderr");
    start.settings().forEach((name, value) -> addSetting(command, name, value));
    own.forEach((name, value) -> addSetting(command, name, value));
    return ChildProgram.start(
        new ProcessBuilder(account.command(command))
            .directory(Path.of("/").toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(start.logFile().toFile())));
  }

  private static void addSetting(List<String> command, String name, String value) {
    command.add("-c");
    command.add(name + "=" + value);
  }

  private void awaitReady(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    PostmasterFile file = new PostmasterFile(dataDirectory);
    try {
      while (!file.isReady(process.pid())) {
        if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          throw failed("The PostgreSQL server in " + dataDirectory + " ended while starting");
        }
        if (System.nanoTime() > deadline) {
          throw failed(
              "The PostgreSQL server in "
                  + dataDirectory
                  + " was not ready within "
                  + limit.toSeconds()
                  + " s");
        }
      }
    } catch (InterruptedException e) {
      throw LocalServerException.interrupted("starting a server", e);
    }
  }

  private LocalServerException failed(String what) {
    return LocalServerException.unavailable(
        what + "; the end of its log:\n" + log.tail(), "The whole log is " + log.file(), null);
  }

  /**
   * Stops the server and waits until it is gone; does nothing if it is gone already.
   *
   * @throws LocalServerException if it is still there after {@code limit}; kill it then
   */
  public void stop(StopMode mode, Duration limit) {
    if (!process.isAlive()) {
      removeSocketDirectory();
      return;
    }
    signal(mode.signal);
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failed(
            "The PostgreSQL server in "
                + dataDirectory
                + " did not stop within "
                + limit.toSeconds()
                + " s");
      }
    } catch (InterruptedException e) {
      throw LocalServerException.interrupted("stopping a server", e);
    }
    removeSocketDirectory();
  }

  private void signal(String name) {
    ChildProgram.Outcome outcome =
        ChildProgram.run(
            account.command(
                List.of(
                    binaries.program("pg_ctl").toString(),
                    "kill",
                    name,
                    Long.toString(process.pid()))),
            Path.of("/"),
            Duration.ofSeconds(10));
    if (outcome.status() != 0 && process.isAlive()) {
      throw LocalServerException.unavailable(
          "Cannot signal the PostgreSQL server in " + dataDirectory + ": " + outcome.output(),
          "",
          null);
    }
  }

  /** Ends the main process with SIGKILL, as a crash would; its children notice and end too. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops the server at once if it runs, and removes its socket directory. */
  @Override
  public void close() {
    try {
      stop(StopMode.IMMEDIATE, Duration.ofSeconds(30));
    } finally {
      kill();
      removeSocketDirectory();
    }
  }

  private void removeSocketDirectory() {
    try {
      RemoveTree.at(BytePath.of(socketDirectory.toString()));
    } catch (IOException e) {
      throw LocalServerException.unavailable("Cannot remove " + socketDirectory, "", e);
    }
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  public ServerBinaries binaries() {
    return binaries;
  }

  public Path dataDirectory() {
    return dataDirectory;
  }

  /** The port on 127.0.0.1, if the server was asked to listen there. */
  public OptionalInt tcpPort() {
    return tcpPort;
  }

  /** The port that names the socket file. */
  private int port() {
    return tcpPort.orElse(SOCKET_PORT);
  }

  /** The unix socket. */
  public Path socket() {
    return socketDirectory.resolve(".s.PGSQL." + port());
  }

  /** How a role connects through the unix socket. */
  public ConnectionSettings socketSettings(String role) {
    return ConnectionSettings.of(socketDirectory.toString(), port(), role);
  }

  /** The last lines that the server wrote. */
  public String logTail() {
    return log.tail();
  }
}
