package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program is killed with SIGKILL at random moments: nothing that was there before is lost. */
class KilledCommandTest {
  @TempDir Path root;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private LaunchedCommand program;

  /** What each committed backup has to bring back, by its id. */
  private final SortedMap<String, SortedMap<String, Integer>> expected = new TreeMap<>();

  @BeforeEach
  void makeRepository() throws Exception {
    program = new LaunchedCommand(root, random);
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
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
    backUp();
  }

  @Test
  void killedWhileBackingUp() throws Exception {
    killBackups(3);
  }

  @Test
  void killedWhileRestoring() throws Exception {
    killRestores(3);
  }

  @Test
  void killedWhileAnObjectIsBeingForcedToDisk() throws Exception {
    killAtUnnamedObjects(2);
  }

  @Test
  @Tag("slow")
  void killedManyTimesWhileObjectsAreBeingForcedToDisk() throws Exception {
    killAtUnnamedObjects(25);
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
    long undisturbed = program.timeOf("backup", "--type", "full");
    rememberNew();
    for (int i = 0; i < times; i++) {
      for (int changed = 0; changed < 20; changed++) {
        write(random.nextInt(60));
      }
      program.kill(undisturbed, "backup");
      rememberNew();
      restores(expected.firstKey());
      restores(expected.lastKey());
      backUp();
    }
    everyBackupRestores();
    assertThat(program.run("verify").out()).as("seed %d", seed).startsWith("sound");
  }

  /** Goes on until that many objects were left without a name. */
  private void killAtUnnamedObjects(int times) throws Exception {
    int left = 0;
    for (int attempt = 0; left < times && attempt < 5 * times; attempt++) {
      write(random.nextInt(60));
      if (program.killOnFirstFileIn(root.resolve("repository/.tmp"), "backup")) {
        left++;
      }
      rememberNew();
      backUp();
      restores(expected.firstKey());
    }
    assertThat(left).isEqualTo(times);
    everyBackupRestores();
  }

  private void killRestores(int times) throws Exception {
    long undisturbed = program.timeOf("restore", "--source", "files", "--to", path("first"));
    String id = expected.lastKey();
    for (int i = 0; i < times; i++) {
      String target = path("out-" + i);
      program.kill(undisturbed, "restore", "--source", "files", "--to", target);
      if (!isComplete(Path.of(target))) { // else it was faster
        CommandRun again = program.run("restore", "--source", "files", "--to", target);
        assertThat(again.code()).as("seed %d: %s", seed, again.err()).isZero();
      }
      assertThat(contents(Path.of(target))).as("seed %d", seed).isEqualTo(expected.get(id));
    }
  }

  private static boolean isComplete(Path target) throws IOException {
    if (!Files.exists(target) || Files.exists(target.resolve(".holdfast-restore"))) {
      return false;
    }
    try (var files = Files.list(target)) {
      return files.findAny().isPresent();
    }
  }

  private void backUp() throws IOException {
    CommandRun run = program.run("backup");
    assertThat(run.code()).as("seed %d: %s", seed, run.err()).isZero();
    rememberNew();
  }

  /** A backup that was killed after its commit counts. */
  private void rememberNew() throws IOException {
    for (String backup : program.backups()) {
      expected.putIfAbsent(backup, contents(root.resolve("files")));
    }
  }

  private void everyBackupRestores() throws Exception {
    for (String backup : expected.keySet()) {
      restores(backup);
    }
  }

  private void restores(String backup) throws Exception {
    Path target = Files.createTempDirectory(root, "restored-");
    CommandRun run = program.run("restore", backup, "--source", "files", "--to", target.toString());
    assertThat(run.code()).as("seed %d: %s", seed, run.err()).isZero();
    assertThat(contents(target)).as("seed %d, %s", seed, backup).isEqualTo(expected.get(backup));
    remove(target);
  }

  private void write(int number) throws IOException {
    byte[] bytes = new byte[20_000 + random.nextInt(300_000)];
    random.nextBytes(bytes);
    Files.write(root.resolve("files/" + number), bytes);
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
