package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.LiveLoad;
import io.holdfast.postgres.RestoredServer;
import io.holdfast.postgres.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program is killed with SIGKILL while it backs up or restores a database that people work on:
 * every backup that was committed starts and is consistent.
 */
class KilledDatabaseCommandTest {
  @TempDir Path root;
  private final long seed = System.nanoTime();
  private TestCluster cluster;
  private LiveLoad load;
  private LaunchedCommand program;
  private int restored;

  @BeforeEach
  void makeRepository() throws Exception {
    cluster = TestCluster.of(18).start();
    LiveLoad.prepare(cluster);
    load = LiveLoad.start(cluster);
    program = new LaunchedCommand(root, new Random(seed));
    Files.writeString(root.resolve("passphrase"), "correct");
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        version: 1
        repositories: {main: {path: repository, passphrase: "file:passphrase"}}
        sources: {database: {type: postgresql, host: %s}}
        policies: {all: {repository: main, sources: [database]}}
        """
            .formatted(cluster.server().socket().getParent()));
    assertThat(program.run("init", "--no-recovery-kit").code()).isZero();
    backUp();
  }

  @AfterEach
  void stop() {
    load.close();
    cluster.close();
  }

  @Test
  void killedWhileBackingUp() throws Exception {
    killBackups(1);
  }

  @Test
  void killedWhileRestoring() throws Exception {
    killRestores(1);
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
    long undisturbed = program.timeOf("backup");
    for (int i = 0; i < times; i++) {
      load.awaitTransactions(50);
      program.kill(undisturbed, "backup");
      backUp();
    }
    for (String backup : program.backups()) {
      Path target = newTarget();
      restore(backup, target);
      assertConsistent(target);
    }
    CommandRun verified = program.run("verify");
    assertThat(verified.out()).as("seed %d: %s", seed, verified.err()).startsWith("sound");
  }

  private void killRestores(int times) throws Exception {
    long undisturbed =
        program.timeOf("restore", "--source", "database", "--to", newTarget().toString());
    for (int i = 0; i < times; i++) {
      Path target = newTarget();
      program.kill(undisturbed, "restore", "--source", "database", "--to", target.toString());
      if (Files.exists(target.resolve("global/pg_control"))) {
        assertThat(target.resolve("holdfast.restoring")).as("seed %d", seed).doesNotExist();
        assertConsistent(target); // it was faster
      } else {
        restore("latest", target);
        assertConsistent(target);
      }
    }
  }

  private void backUp() {
    CommandRun run = program.run("backup");
    assertThat(run.code()).as("seed %d: %s", seed, run.err()).isZero();
  }

  private void restore(String backup, Path target) {
    CommandRun run =
        program.run("restore", backup, "--source", "database", "--to", target.toString());
    assertThat(run.code()).as("seed %d: %s", seed, run.err()).isZero();
  }

  private Path newTarget() {
    return cluster.newDirectory("restored-" + restored++);
  }

  private void assertConsistent(Path target) throws Exception {
    try (RestoredServer server = RestoredServer.start(cluster, target);
        Connection session = server.connect("postgres")) {
      assertThat(LiveLoad.verify(session)).isPositive();
      assertThat(server.verifyIndexes("postgres")).isPositive();
    }
  }
}
