package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that does nothing for an hour makes nothing grow. */
@Tag("slow")
class IdleHourTest {
  /** One for each quarter of an hour, and one at each end. */
  private static final int PERIODS = 6;

  /** A server writes a little by itself now and then: what its checkpoints need. */
  private static final long BYTES = 64 << 10;

  private static final long MEMORY = 64 << 20;

  @TempDir Path root;

  @Test
  void nothingGrows() throws Exception {
    try (TestCluster cluster = TestCluster.of(18).start()) {
      LaunchedCommand program = new LaunchedCommand(root, new Random());
      program.setUp(cluster.server().socket().resolveSibling(""));
      Process receiver = program.start("wal", "receive");
      try {
        cluster.execute("CREATE TABLE t (a int)", "CHECKPOINT");
        Eventually.holds(() -> !files("repository/wal").isEmpty());
        assertThat(receiver.waitFor(2, TimeUnit.MINUTES)).as("it settles").isFalse();
        List<Path> stored = files("repository/wal");
        long bytes = bytes(stored);
        long memory = memory(receiver);
        assertThat(receiver.waitFor(1, TimeUnit.HOURS)).as("it runs").isFalse();
        List<Path> now = files("repository/wal");
        List<Path> periods =
            now.stream().filter(file -> !stored.contains(file)).filter(this::isPeriod).toList();
        assertThat(periods).hasSizeBetween(3, PERIODS);
        assertThat(bytes(now) - bytes).isLessThan(BYTES);
        assertThat(memory(receiver) - memory).isLessThan(MEMORY);
      } finally {
        receiver.destroyForcibly();
      }
    }
  }

  private boolean isPeriod(Path file) {
    return file.resolveSibling("").endsWith("periods");
  }

  private List<Path> files(String directory) {
    try (Stream<Path> files = Files.walk(root.resolve(directory))) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      return List.of(); // not there yet
    }
  }

  private static long bytes(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  /** Bytes of the process in memory. */
  private static long memory(Process process) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
