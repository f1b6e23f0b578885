package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers archive and recover by a process that stays, which the launcher's script asks. */
class WalAgentTest {
  private static final Path SCRIPT = Path.of("../tools/ask-agent").toAbsolutePath().normalize();
  private static final Duration LONG = Duration.ofHours(1);
  private static final int SEGMENT = 1 << 20;

  @TempDir Path root;
  private final AtomicBoolean outdated = new AtomicBoolean();
  private final List<Thread> agents = new ArrayList<>();
  private TestCluster cluster;
  private LaunchedCommand program;
  private Path endpoint;

  @SuppressWarnings("NullAway.Init") // each test begins with it
  WalAgentTest() {}

  private void begin(int major) throws Exception {
    cluster =
        TestCluster.of(major)
            .shape(NewCluster.usual().withWalSegmentSize(SEGMENT))
            .setting("archive_mode", "on")
            .start();
    cluster.execute("CREATE TABLE t (id int, a text)");
    // The server's account comes to neither the project nor the test's directory.
    Path reached = Files.createDirectory(cluster.newDirectory("agent").resolve("own"));
    Files.copy(SCRIPT, reached.resolve("ask-agent"));
    Files.setPosixFilePermissions(
        reached.resolve("ask-agent"), PosixFilePermissions.fromString("rwxr-xr-x"));
    endpoint = reached.resolve("endpoint");
    program = new LaunchedCommand(root, new Random());
    Files.writeString(root.resolve("passphrase"), "correct");
    configure("repository");
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
  }

  private void configure(String repository) throws IOException {
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: %s, passphrase: "file:passphrase"}}
        sources:
          database: {type: postgresql, host: %s}
        policies: {all: {repository: main, sources: [database]}}
        """
            .formatted(repository, cluster.server().socket().getParent()));
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Thread agent : agents) {
      agent.interrupt();
      agent.join();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private Path directory() {
    return endpoint.resolveSibling("");
  }

  private Thread startAgent(Duration idle) throws IOException {
    Context context =
        CommandRun.context(
            new ByteArrayOutputStream(), new ByteArrayOutputStream(), Clock.systemUTC());
    WalAgent agent =
        new WalAgent(context, AgentEndpoint.at(endpoint, new SecureRandom()), outdated::get);
    Thread thread = Thread.ofPlatform().start(() -> agent.run(idle, () -> {}));
    agents.add(thread);
    Eventually.holds(() -> Files.exists(endpoint));
    return thread;
  }

  /** What a server runs, as the account of this process. */
  private CommandRun ask(String... command) throws Exception {
    List<String> all = new ArrayList<>(List.of("bash", SCRIPT.toString(), endpoint.toString()));
    all.addAll(Arrays.asList(command));
    all.addAll(List.of("-c", root.resolve("holdfast.yaml").toString()));
    Process process = new ProcessBuilder(all).directory(cluster.dataDirectory().toFile()).start();
    String errors = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new CommandRun(process.exitValue(), "", errors);
  }

  private String archiveCommand(String command, String file) {
    return "bash %s/ask-agent %s wal %s -c %s %s"
        .formatted(directory(), endpoint, command, root.resolve("holdfast.yaml"), file);
  }

  private String lastSegment() throws IOException {
    cluster.execute("INSERT INTO t VALUES (1, 'one')");
    String segment = cluster.query("SELECT pg_walfile_name(pg_current_wal_lsn())");
    cluster.execute("SELECT pg_switch_wal()");
    return segment;
  }

  private List<Path> storedIn(String repository) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(repository))) {
      return files.filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}.+")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void whatAServerArchivedByItAnotherRecoversByIt(int major) throws Exception {
    begin(major);
    startAgent(LONG);
    cluster.account().own(endpoint);
    cluster.account().own(directory());
    cluster.execute(
        "ALTER SYSTEM SET archive_command = '" + archiveCommand("push", "%p") + "'",
        "SELECT pg_reload_conf()");
    assertThat(program.run("backup").code()).isZero();
    cluster.execute(
        "INSERT INTO t SELECT i, repeat('x', 900) FROM generate_series(1, 12000) i",
        "INSERT INTO t VALUES (-1, 'last')");
    String last = cluster.query("SELECT pg_walfile_name(pg_current_wal_lsn())");
    cluster.execute("SELECT pg_switch_wal()");
    Eventually.holds(
        () ->
            cluster
                    .query("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver")
                    .compareTo(last)
                >= 0);
    Path place = cluster.newDirectory("restored").resolve("data");
    assertThat(program.run("restore", "--source", "database", "--to", place.toString()).code())
        .isZero();
    Files.writeString(
        place.resolve("postgresql.auto.conf"),
        """
        recovery_target = ''
        wal_recycle = off # what this process fetched belongs to its account
        archive_mode = off
        restore_command = '%s'
        """
            .formatted(archiveCommand("fetch", "%f %p")),
        StandardOpenOption.APPEND);
    try (RestoredServer server = RestoredServer.start(cluster, place)) {
      assertThat(server.query("postgres", "SELECT count(*), min(id) FROM t"))
          .isEqualTo("[12001, -1]");
    }
  }

  @Test
  void whatIsAbsentIsToldFromWhatFails() throws Exception {
    begin(18);
    String segment = lastSegment();
    startAgent(LONG);
    assertThat(ask("wal", "push", "pg_wal/" + segment).code()).isZero();
    Path fetched = root.resolve("fetched");
    assertThat(ask("wal", "fetch", segment, fetched.toString()).code()).isZero();
    assertThat(fetched)
        .hasSameBinaryContentAs(cluster.dataDirectory().resolve("pg_wal/" + segment));
    assertThat(ask("wal", "fetch", "0000000100000000000000FF", fetched.toString()).code())
        .isEqualTo(104);
    Path piece = storedIn("repository").getFirst();
    byte[] bytes = Files.readAllBytes(piece);
    bytes[bytes.length - 1] ^= 1;
    assertThat(piece.toFile().setWritable(true)).isTrue();
    Files.write(piece, bytes);
    assertThat(ask("wal", "fetch", segment, fetched.toString()).code()).isEqualTo(4);
    assertThat(ask("wal", "push", "pg_wal/no-segment").code()).isEqualTo(4);
    assertThat(ask("wal", "receive").code()).as("nothing else is done for others").isEqualTo(4);
  }

  /** Segments that were read ahead must not be older than what the repository has. */
  @Test
  void whatCameMeanwhileIsFetched() throws Exception {
    begin(18);
    startAgent(LONG);
    String first = lastSegment();
    assertThat(ask("wal", "push", "pg_wal/" + first).code()).isZero();
    assertThat(ask("wal", "fetch", first, root.resolve("fetched").toString()).code()).isZero();
    String second = lastSegment();
    assertThat(ask("wal", "fetch", second, root.resolve("fetched").toString()).code())
        .isEqualTo(104);
    assertThat(ask("wal", "push", "pg_wal/" + second).code()).isZero();
    assertThat(ask("wal", "fetch", second, root.resolve("fetched").toString()).code()).isZero();
    assertThat(root.resolve("fetched"))
        .hasSameBinaryContentAs(cluster.dataDirectory().resolve("pg_wal/" + second));
  }

  @Test
  void warningsReachWhoAsked() throws Exception {
    begin(18);
    cluster.execute("INSERT INTO t VALUES (1, 'one')");
    String segment = cluster.query("SELECT pg_walfile_name(pg_current_wal_lsn())");
    Lsn switched = Lsn.parse(cluster.query("SELECT pg_switch_wal()"));
    startAgent(LONG);
    assertThat(ask("wal", "push", "pg_wal/" + segment).err()).isEmpty();
    Path other = root.resolve("other/pg_wal/" + segment);
    Files.createDirectories(other.getParent());
    byte[] bytes = Files.readAllBytes(cluster.dataDirectory().resolve("pg_wal/" + segment));
    bytes[(int) (switched.value() % bytes.length) + 8] ^= 1; // behind the switch: in no record
    Files.write(other, bytes);
    Files.createDirectories(root.resolve("other/global"));
    for (String file : new String[] {"PG_VERSION", "global/pg_control"}) {
      Files.copy(cluster.dataDirectory().resolve(file), root.resolve("other").resolve(file));
    }
    CommandRun again = ask("wal", "push", other.toString());
    assertThat(again.code()).isZero();
    assertThat(again.err()).contains("stored with other bytes").hasLineCount(1);

    bytes[5000] ^= 1; // in a record, behind the header of its page
    Files.write(other, bytes);
    CommandRun damaged = program.run("wal", "push", other.toString());
    assertThat(damaged.code()).isBetween(1, 125);
    assertThat(damaged.err())
        .contains("the repository has other bytes of that segment")
        .hasLineCount(1);
  }

  @Test
  void aChangedConfigurationIsFollowed() throws Exception {
    begin(18);
    startAgent(LONG);
    assertThat(ask("wal", "push", "pg_wal/" + lastSegment()).code()).isZero();
    configure("another");
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
    assertThat(ask("wal", "push", "pg_wal/" + lastSegment()).code()).isZero();
    assertThat(storedIn("repository")).hasSize(1);
    assertThat(storedIn("another")).hasSize(1);
  }

  /** Emptied and made anew: what is pushed must be where the next fetch looks. */
  @Test
  void aRepositoryThatIsMadeAnewIsOpenedAnew() throws Exception {
    begin(18);
    startAgent(LONG);
    String segment = lastSegment();
    assertThat(ask("wal", "push", "pg_wal/" + segment).code()).isZero();
    RemoveTree.at(BytePath.of(root.resolve("repository").toString()));
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
    assertThat(ask("wal", "fetch", segment, "pg_wal/RECOVERYXLOG").code()).isEqualTo(104);
    assertThat(ask("wal", "push", "pg_wal/" + segment).code()).isZero();
    Path fetched = root.resolve("fetched");
    assertThat(program.run("wal", "fetch", segment, fetched.toString()).code()).isZero();
  }

  @Test
  void whoIsGoneGetsNoFile() throws Exception {
    begin(18);
    startAgent(LONG);
    String segment = lastSegment();
    assertThat(ask("wal", "push", "pg_wal/" + segment).code()).isZero();
    List<String> lines = Files.readAllLines(endpoint);
    Path fetched = root.resolve("fetched");
    String request =
        String.join(
            "\0",
            lines.get(1),
            "6",
            cluster.dataDirectory().toString(),
            "",
            "wal",
            "fetch",
            segment,
            fetched.toString(),
            "-c",
            root.resolve("holdfast.yaml").toString(),
            "");
    String answer = answerTo(lines.get(0), request);
    assertThat(answer).startsWith(lines.get(2) + " .\n");
    assertThat(fetched).doesNotExist();
  }

  @Test
  void aSecondAgentIsRefusedAndTheFirstGoesOn() throws Exception {
    begin(18);
    startAgent(LONG);
    String before = Files.readString(endpoint);
    Context context =
        CommandRun.context(
            new ByteArrayOutputStream(), new ByteArrayOutputStream(), Clock.systemUTC());
    WalAgent second =
        new WalAgent(context, AgentEndpoint.at(endpoint, new SecureRandom()), () -> false);
    assertThatThrownBy(() -> second.run(LONG, () -> {})).isInstanceOf(AgentException.class);
    assertThat(endpoint).hasContent(before.strip());
    assertThat(ask("wal", "push", "pg_wal/" + lastSegment()).code()).isZero();
  }

  @Test
  void whatOthersMayWriteToIsNotUsed() throws Exception {
    begin(18);
    Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
    AgentEndpoint open = AgentEndpoint.at(endpoint, new SecureRandom());
    assertThatThrownBy(open::claim)
        .isInstanceOf(AgentException.class)
        .hasMessageContaining("write");
  }

  @Test
  void itEndsWhenNobodyAsksOrItsProgramIsReplaced() throws Exception {
    begin(18);
    Thread idle = startAgent(Duration.ofSeconds(1));
    idle.join();
    assertThat(endpoint).doesNotExist();
    Thread replaced = startAgent(LONG);
    outdated.set(true);
    replaced.join();
    assertThat(ask("wal", "push", "pg_wal/x").code()).isEqualTo(3);
  }

  @Test
  void onlyTheOwnAccountIsAnswered() throws Exception {
    begin(18);
    startAgent(LONG);
    List<String> lines = Files.readAllLines(endpoint);
    String segment = lastSegment();
    Files.write(endpoint, List.of(lines.get(0), "0".repeat(32), lines.get(2)));
    assertThat(ask("wal", "push", "pg_wal/" + segment).code()).isEqualTo(4);
    for (String request : new String[] {"", "x", lines.get(1) + "\0-1\0", lines.get(1) + "\0x\0"}) {
      assertThat(answerTo(lines.get(0), request)).isEmpty();
    }
    assertThat(storedIn("repository")).isEmpty();
  }

  private static String answerTo(String port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
      socket.getOutputStream().write(request.getBytes(UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @Test
  void aRequestWithoutEndIsGivenUp() {
    byte[] endless = ("word\0001\000" + "x".repeat(70_000)).getBytes(UTF_8);
    assertThatThrownBy(() -> AgentRequest.read(new ByteArrayInputStream(endless), "word"))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("too long");
    byte[] many = "word\00065\000".getBytes(UTF_8);
    assertThatThrownBy(() -> AgentRequest.read(new ByteArrayInputStream(many), "word"))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("65 arguments");
  }

  /** An agent was killed, and its port is another's by now. */
  @Test
  void whoeverHasItsPortIsNotBelieved() throws Exception {
    begin(18);
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.write(
          endpoint,
          List.of(Integer.toString(other.getLocalPort()), "a".repeat(32), "b".repeat(32)));
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket client = other.accept()) {
                  client.getOutputStream().write("0\n.\nHTTP/1.1 200 OK\n0 0\n".getBytes(UTF_8));
                  client.shutdownOutput();
                  var _ = client.getInputStream().readAllBytes();
                } catch (IOException _) {
                  return; // who asked has hung up, as he should
                }
              });
      assertThat(ask("wal", "push", "pg_wal/x").code()).isEqualTo(3);
    }
    assertThat(ask("wal", "push", "pg_wal/x").code()).as("nobody has it").isEqualTo(3);
    Files.write(endpoint, List.of("/../x", "a", "b"));
    assertThat(ask("wal", "push", "pg_wal/x").code()).isEqualTo(3);
    Files.delete(endpoint);
    assertThat(ask("wal", "push", "pg_wal/x").code()).isEqualTo(3);
  }
}
