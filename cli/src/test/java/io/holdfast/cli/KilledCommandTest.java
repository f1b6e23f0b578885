package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program is killed with SIGKILL at random moments: nothing that was there before is lost. */
class KilledCommandTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path root;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  /** What each committed backup has to bring back, by its id. */
  private final SortedMap<String, SortedMap<String, Integer>> expected = new TreeMap<>();

  @BeforeEach
  void makeRepository() throws Exception {
    Files.createDirectories(root.resolve("files"));
    for (int i = 0; i < 60; i++) {
      write(i);
    }
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources: {files: {type: files, path: files}}
        policies: {all: {repository: main, sources: [files]}}
        """);
    assertThat(CommandRun.of(arguments("init", "--no-recovery-kit")).code()).isZero();
    backUp();
  }

  @Test
  void killedFiveTimesWhileBackingUp() throws Exception {
    killBackups(5);
  }

  @Test
  void killedFiveTimesWhileRestoring() throws Exception {
    killRestores(5);
  }

  @Test
  @Tag("slow")
  void killedManyTimesWhileBackingUp() throws Exception {
    killBackups(25);
  }

  @Test
  @Tag("slow")
  void killedManyTimesWhileRestoring() throws Exception {
    killRestores(25);
  }

  private void killBackups(int times) throws Exception {
    long undisturbed = timeOf("backup", "--type", "full");
    rememberNew();
    for (int i = 0; i < times; i++) {
      for (int changed = 0; changed < 20; changed++) {
        write(random.nextInt(60));
      }
      kill(undisturbed, "backup");
      rememberNew();
      restores(expected.firstKey());
      restores(expected.lastKey());
      backUp();
    }
    everyBackupRestores();
    assertThat(CommandRun.of(arguments("verify")).out()).as("seed %d", seed).startsWith("sound");
  }

  private void killRestores(int times) throws Exception {
    long undisturbed = timeOf("restore", "--source", "files", "--to", path("first"));
    String id = expected.lastKey();
    for (int i = 0; i < times; i++) {
      String target = path("out-" + i);
      kill(undisturbed, "restore", "--source", "files", "--to", target);
      CommandRun again =
          CommandRun.of(arguments("restore", "--source", "files", "--to", target, "--overwrite"));
      assertThat(again.code()).as("seed %d: %s", seed, again.err()).isZero();
      assertThat(contents(Path.of(target))).as("seed %d", seed).isEqualTo(expected.get(id));
    }
  }

  private void backUp() throws IOException {
    CommandRun run = CommandRun.of(arguments("backup"));
    assertThat(run.code()).as("seed %d: %s", seed, run.err()).isZero();
    rememberNew();
  }

  /** A backup that was killed after its commit counts. */
  private void rememberNew() throws IOException {
    for (JsonNode backup :
        JsonMapper.shared().readTree(CommandRun.of(arguments("backups", "--json")).out())) {
      expected.putIfAbsent(backup.get("id").asString(), contents(root.resolve("files")));
    }
  }

  private void everyBackupRestores() throws Exception {
    for (String backup : expected.keySet()) {
      restores(backup);
    }
  }

  private void restores(String backup) throws Exception {
    Path target = Files.createTempDirectory(root, "restored-");
    CommandRun run =
        CommandRun.of(arguments("restore", backup, "--source", "files", "--to", target.toString()));
    assertThat(run.code()).as("seed %d: %s", seed, run.err()).isZero();
    assertThat(contents(target)).as("seed %d, %s", seed, backup).isEqualTo(expected.get(backup));
    remove(target);
  }

  private void write(int number) throws IOException {
    byte[] bytes = new byte[20_000 + random.nextInt(300_000)];
    random.nextBytes(bytes);
    Files.write(root.resolve("files/" + number), bytes);
  }

  private long timeOf(String... command) throws Exception {
    long start = System.nanoTime();
    Process process = start(command);
    assertThat(process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return System.nanoTime() - start;
  }

  /** Kills it at some moment of its life; sometimes it is faster. */
  private void kill(long undisturbed, String... command) throws Exception {
    Process process = start(command);
    long moment = undisturbed / 4 + (long) (random.nextDouble() * undisturbed * 0.75);
    boolean ended = process.waitFor(moment, TimeUnit.NANOSECONDS);
    process.destroyForcibly();
    assertThat(process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ended ? 0 : 137);
  }

  private Process start(String... command) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m", "-cp"));
    all.add(System.getProperty("java.class.path"));
    all.add("io.holdfast.cli.Main");
    all.addAll(List.of(arguments(command)));
    ProcessBuilder builder =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(root.resolve("output").toFile());
    builder.environment().put("XDG_CACHE_HOME", path("cache"));
    builder.environment().put("XDG_STATE_HOME", path("state"));
    return builder.start();
  }

  private String[] arguments(String... command) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-q", "-c", path("holdfast.yaml")));
    return all.toArray(String[]::new);
  }

  private String path(String name) {
    return root.resolve(name).toString();
  }

  private static SortedMap<String, Integer> contents(Path directory) throws IOException {
    SortedMap<String, Integer> contents = new TreeMap<>();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
