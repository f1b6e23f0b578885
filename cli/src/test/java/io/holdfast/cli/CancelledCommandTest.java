package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program is asked to stop while it works: it says so, tidies up and ends in time. */
class CancelledCommandTest {
  private static final int MEGABYTES = 100;

  @TempDir Path root;
  private LaunchedCommand program;
  private Path large;

  @BeforeEach
  void makeRepository() throws Exception {
    program = new LaunchedCommand(root, new Random(1));
    large = Files.createDirectories(root.resolve("files")).resolve("large");
    try (OutputStream out = Files.newOutputStream(large)) {
      Random random = new Random(1);
      byte[] bytes = new byte[1 << 20];
      for (int i = 0; i < MEGABYTES; i++) {
        random.nextBytes(bytes);
        out.write(bytes);
      }
    }
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, key-file: key}}
        sources: {files: {type: files, path: files}}
        policies: {all: {repository: main, sources: [files]}}
        """);
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aBackupAndARestoreAreCancelled(String signal, int code) throws Exception {
    CommandRun backup = cancel(signal, root.resolve("repository/packs"), "backup");
    assertThat(backup.err()).isEqualTo("holdfast: backup was cancelled. Run it again.\n");
    assertThat(backup.out()).isEmpty();
    assertThat(backup.code()).isEqualTo(code);
    assertThat(program.backups()).isEmpty();
    JsonNode attempts =
        JsonMapper.shared()
            .readTree(program.run("backups", "--failed", "--json").out())
            .get("backups");
    assertThat(attempts).hasSize(1);
    assertThat(attempts.get(0).get("status").asString()).isEqualTo("failed");
    assertThat(attempts.get(0).get("error").asString()).isEqualTo("the backup was cancelled");

    assertThat(program.run("backup").code()).isZero();
    Path target = root.resolve("out");
    String[] command = {"restore", "--source", "files", "--to", target.toString()};
    CommandRun restore = cancel(signal, target.resolve(".holdfast-restore"), command);
    assertThat(restore.err()).isEqualTo("holdfast: restore was cancelled. Run it again.\n");
    assertThat(restore.out()).isEmpty();
    assertThat(restore.code()).isEqualTo(code);
    assertThat(target.resolve("large")).doesNotExist();
    assertThat(program.run(command).err()).isEmpty();
    assertThat(Files.mismatch(large, target.resolve("large"))).isEqualTo(-1);
  }

  /** Signals a command as soon as it has written something to a directory. */
  private CommandRun cancel(String signal, Path directory, String... command) throws Exception {
    Process process = program.startToBeSignalled(command);
    while (!holdsBytes(directory)) {
      assertThat(process.waitFor(1, TimeUnit.MILLISECONDS)).isFalse();
    }
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    return program.await(process);
  }

  private static boolean holdsBytes(Path directory) throws Exception {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (var files = Files.walk(directory)) {
      return files.anyMatch(file -> Files.isRegularFile(file) && file.toFile().length() > 0);
    } catch (java.io.UncheckedIOException e) {
      return false; // something has just gone
    }
  }
}
