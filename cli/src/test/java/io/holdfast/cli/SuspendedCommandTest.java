package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two processes back up at once, and one is suspended past its lease. */
class SuspendedCommandTest {
  private static final long LIMIT_SECONDS = 120;
  private static final int CONFLICT = 11;
  private static final String SHORT_LEASE = Long.toString(Duration.ofSeconds(10).toSeconds());
  private static final String LONG_LEASE = Long.toString(Duration.ofMinutes(15).toSeconds());

  @TempDir Path root;
  private LaunchedCommand program;
  private final List<Process> started = new ArrayList<>();

  /** What each backup has to bring back, by its id. */
  private final Map<String, Map<String, Integer>> expected = new TreeMap<>();

  @BeforeEach
  void makeRepository() throws Exception {
    program = new LaunchedCommand(root, new Random(7));
    Files.createDirectories(root.resolve("files"));
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources: {files: {type: files, path: files}}
        policies: {all: {repository: main, sources: [files]}}
        """);
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
  }

  @AfterEach
  void endProcesses() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void theSuspendedOneIsFencedAndFailsClearlyAndNothingIsLost() throws Exception {
    for (int round = 0; round < 2; round++) {
      changeFiles(round);
      backUp();
    }
    changeFiles(2);
    Process first = start(LONG_LEASE, "first");
    Process second = start(SHORT_LEASE, "second");
    awaitStopped(first);
    assertThat(statuses()).startsWith("completed", "completed", "running");
    awaitStopped(second);
    assertThat(root.resolve("repository/sessions").toFile().list()).hasSize(2);

    resume(first);
    assertThat(exitCode(first)).as(output("first")).isZero();
    rememberNew();
    int round = 3;
    do {
      changeFiles(round++);
      backUp();
    } while (failed().isEmpty());

    resume(second);
    assertThat(exitCode(second)).as(output("second")).isEqualTo(CONFLICT);
    assertThat(output("second")).contains("was given up: its lease ran out", "fenced it");
    assertThat(output("second").lines()).hasSize(1);
    assertThat(failed()).singleElement().asString().contains("lease ran out");
    assertThat(root.resolve("repository/sessions")).isEmptyDirectory();
    assertThat(root.resolve("repository/runs").toFile().list()).hasSize(expected.size() + 1);

    backUp();
    assertThat(program.backups()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (String backup : expected.keySet()) {
      restores(backup);
    }
    assertThat(program.run("verify", "--level", "3").out()).startsWith("sound");
  }

  private Process start(String lease, String name) throws IOException {
    Process process = program.start(StopWhenBegun.class, lease, root.resolve(name), "backup");
    started.add(process);
    return process;
  }

  private String output(String name) throws IOException {
    return Files.readString(root.resolve(name));
  }

  /** The state of a process is what follows its name, which is in brackets. */
  private static void awaitStopped(Process process) throws Exception {
    Path status = Path.of("/proc", Long.toString(process.pid()), "stat");
    long start = System.nanoTime();
    while (!Files.readString(status).contains(") T ")) {
      assertThat(process.waitFor(10, TimeUnit.MILLISECONDS)).as("it has ended").isFalse();
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(LIMIT_SECONDS));
    }
  }

  private static void resume(Process process) throws Exception {
    Process kill =
        new ProcessBuilder(List.of("kill", "-CONT", Long.toString(process.pid()))).start();
    assertThat(exitCode(kill)).isZero();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private void changeFiles(int round) throws IOException {
    Random random = new Random(round);
    for (int i = 0; i < 5; i++) {
      byte[] bytes = new byte[20_000 + random.nextInt(300_000)];
      random.nextBytes(bytes);
      Files.write(root.resolve("files/" + random.nextInt(20)), bytes);
    }
  }

  private List<String> statuses() {
    return JsonMapper.shared()
        .readTree(program.run("backups", "--json").out())
        .get("backups")
        .valueStream()
        .map(backup -> backup.get("status").asString())
        .toList();
  }

  private void backUp() throws IOException {
    CommandRun run = program.run("backup");
    assertThat(run.code()).as(run.err()).isZero();
    rememberNew();
  }

  private void rememberNew() throws IOException {
    for (String backup : program.backups()) {
      expected.putIfAbsent(backup, contents(root.resolve("files")));
    }
  }

  /** What the attempts that failed failed with. */
  private List<String> failed() {
    JsonNode listed =
        JsonMapper.shared().readTree(program.run("backups", "--failed", "--json").out());
    return listed
        .get("backups")
        .valueStream()
        .filter(backup -> backup.get("status").asString().equals("failed"))
        .map(backup -> backup.get("error").asString())
        .toList();
  }

  private void restores(String backup) throws IOException {
    Path target = Files.createTempDirectory(root, "restored-");
    CommandRun run = program.run("restore", backup, "--source", "files", "--to", target.toString());
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(contents(target)).as(backup).isEqualTo(expected.get(backup));
  }

  private static Map<String, Integer> contents(Path directory) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}
