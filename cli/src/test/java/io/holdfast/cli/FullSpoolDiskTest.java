package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real full disk below the spool: a small tmpfs that only the receiver's process sees. */
class FullSpoolDiskTest {
  private static final String MOUNT_AND_RUN =
      "mount -t tmpfs -o size=12m tmpfs \"$0\" && exec \"$@\"";

  @TempDir Path root;

  private List<String> wrapper(Path spool) throws Exception {
    for (List<String> unshare : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      List<String> wrapper = new ArrayList<>(unshare);
      wrapper.addAll(List.of("sh", "-c", MOUNT_AND_RUN, spool.toString()));
      List<String> probe = new ArrayList<>(wrapper);
      probe.add("true");
      Process process = new ProcessBuilder(probe).start();
      if (process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0) {
        return wrapper;
      }
    }
    return abort("no mounts of its own for a process here");
  }

  @Test
  void theServerKeepsWhatFindsNoRoomAndNothingIsLost() throws Exception {
    Path spool = Files.createDirectory(root.resolve("spool"));
    List<String> wrapper = wrapper(spool);
    try (TestCluster cluster =
        TestCluster.of(18).shape(NewCluster.usual().withWalSegmentSize(1 << 20)).start()) {
      cluster.execute("CREATE TABLE t (a text)");
      LaunchedCommand program = new LaunchedCommand(root, new Random());
      program.setUp(cluster.server().socket().resolveSibling(""));
      Process receiver = program.start(wrapper, "wal", "receive");
      try {
        Eventually.holds(
            () ->
                cluster
                    .query("SELECT count(*) FROM pg_replication_slots WHERE active")
                    .equals("1"));
        assertThat(program.run("backup").code()).isZero();
        Path away = root.resolve("away");
        Files.move(root.resolve("repository"), away);
        cluster.execute("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 30000)");
        Eventually.holds(() -> errors().contains("the disk of the spool"));
        assertThat(receiver.isAlive()).isTrue();
        Files.move(away, root.resolve("repository"));
        Lsn end = Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
        Eventually.holds(() -> !reach(program).isBefore(end));
        assertThat(program.run("verify", "--level", "wal").out()).startsWith("sound");
      } finally {
        receiver.destroy();
        assertThat(receiver.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  private String errors() {
    try {
      return Files.readString(root.resolve("errors"));
    } catch (IOException e) {
      return ""; // not there yet
    }
  }

  private static Lsn reach(LaunchedCommand program) {
    JsonNode window =
        JsonMapper.shared().readTree(program.run("window", "--json").out()).get("windows").get(0);
    assertThat(window.get("gaps")).isEmpty();
    return Lsn.parse(window.get("stretches").get(0).get("to").get("lsn").asString());
  }
}
