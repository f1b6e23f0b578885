package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program in a process of its own, which can be killed. */
final class LaunchedCommand {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int KILLED = 137;
  private static final String OUTPUT = "output";
  private static final String ERRORS = "errors";

  private final Path root;
  private final Random random;

  /**
   * @param root has {@code holdfast.yaml}, and takes caches and output
   */
  LaunchedCommand(Path root, Random random) {
    this.root = root;
    this.random = random;
  }

  /**
   * Configures one database, whose log is received within a second, and makes the repository.
   *
   * @param host the directory of its socket
   */
  void setUp(Path host) throws IOException {
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources:
          database: {type: postgresql, host: %s, wal: {spool: spool, seal-seconds: 1}}
        policies: {all: {repository: main, sources: [database]}}
        """
            .formatted(host));
    CommandRun run = run("init", "--no-recovery-kit");
    assertThat(run.code()).as(run.err()).isZero();
  }

  /** Runs a command to its good end; how long that took, in nanoseconds. */
  long timeOf(String... command) throws Exception {
    long start = System.nanoTime();
    Process process = start(command);
    assertThat(process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(process.exitValue()).as(output()).isZero();
    return System.nanoTime() - start;
  }

  /** Runs a command to its end. */
  CommandRun launch(String... command) throws Exception {
    return await(start(command));
  }

  /**
   * As above, as the arguments of another program.
   *
   * @param wrapper that program and its own arguments
   */
  CommandRun launchBy(List<String> wrapper, String... command) throws Exception {
    return await(start(wrapper, command));
  }

  /** Waits for the end of a command. */
  CommandRun await(Process process) throws Exception {
    assertThat(process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    return new CommandRun(
        process.exitValue(),
        Files.readString(root.resolve(OUTPUT)),
        Files.readString(root.resolve(ERRORS)));
  }

  /** Kills a command at some moment of its life; sometimes it is faster. */
  void kill(long undisturbed, String... command) throws Exception {
    Process process = start(command);
    long moment = undisturbed / 4 + (long) (random.nextDouble() * undisturbed * 0.75);
    process.waitFor(moment, TimeUnit.NANOSECONDS);
    kill(process);
  }

  /**
   * Kills a command as soon as bytes are in a file of a directory, where the storage makes its
   * objects before it gives them their names: between the two it forces them to disk.
   *
   * @return whether the file was still there afterwards, without its name
   */
  boolean killOnFirstFileIn(Path directory, String... command) throws Exception {
    List<Path> before = filesIn(directory);
    Process process = start(command);
    boolean ended = false;
    while (!ended && filesIn(directory).equals(before)) {
      ended = process.waitFor(1, TimeUnit.MILLISECONDS);
    }
    kill(process);
    return !filesIn(directory).equals(before);
  }

  private void kill(Process process) throws Exception {
    process.destroyForcibly();
    assertThat(process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(process.exitValue()).as(output()).isIn(0, KILLED);
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
        for (Path file : found) {
          if (file.toFile().length() > 0) { // 0 too when it has just gone
            files.add(file);
          }
        }
      }
    }
    return files;
  }

  private String output() throws IOException {
    return Files.readString(root.resolve(OUTPUT)) + Files.readString(root.resolve(ERRORS));
  }

  /** Starts a command with the configuration of the root. */
  Process start(String... command) throws IOException {
    return start(List.of(), command);
  }

  /**
   * As above, ready to be interrupted: what a shell starts in the background inherits that SIGINT
   * is ignored, and the JVM leaves it so.
   */
  Process startToBeSignalled(String... command) throws IOException {
    return start(List.of("env", "--default-signal=INT"), command);
  }

  /**
   * Starts a command as the arguments of another program.
   *
   * @param wrapper that program and its own arguments
   */
  Process start(List<String> wrapper, String... command) throws IOException {
    return start(wrapper, Main.class, root.resolve(ERRORS), List.of(arguments(command)));
  }

  /**
   * As above, with another entry of the program and what comes before the command.
   *
   * @param messages a file for what it says to standard error
   */
  Process start(Class<?> main, String argument, Path messages, String... command)
      throws IOException {
    List<String> all = new ArrayList<>(List.of(argument));
    all.addAll(List.of(arguments(command)));
    return start(List.of(), main, messages, all);
  }

  private Process start(List<String> wrapper, Class<?> main, Path messages, List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(wrapper);
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-cp"));
    all.add(System.getProperty("java.class.path"));
    all.add(main.getName());
    all.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .redirectOutput(root.resolve(OUTPUT).toFile())
            .redirectError(messages.toFile());
    builder.environment().put("XDG_CACHE_HOME", root.resolve("cache").toString());
    builder.environment().put("XDG_STATE_HOME", root.resolve("state").toString());
    return builder.start();
  }

  /** The same command within this process. */
  CommandRun run(String... command) {
    return CommandRun.of(arguments(command));
  }

  /** The ids of the backups that are complete; one that was killed is listed as running. */
  List<String> backups() {
    List<String> ids = new ArrayList<>();
    for (JsonNode backup :
        JsonMapper.shared().readTree(run("backups", "--json").out()).get("backups")) {
      if (backup.get("status").asString().equals("completed")) {
        ids.add(backup.get("id").asString());
      }
    }
    return ids;
  }

  private String[] arguments(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-q", "-c", root.resolve("holdfast.yaml").toString()));
    return all.toArray(String[]::new);
  }
}
