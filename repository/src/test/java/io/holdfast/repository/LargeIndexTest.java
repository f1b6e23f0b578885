package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory does not grow with the index: in a process whose heap is far smaller. */
class LargeIndexTest {
  @TempDir Path directory;

  @Test
  void aMillionChunks() throws Exception {
    assertFits(1_000_000, "-Xmx48m", 256);
  }

  @Test
  @Tag("slow")
  void twentyMillionChunks() throws Exception {
    assertFits(20_000_000, "-Xmx64m", 512);
  }

  private void assertFits(int chunks, String heap, int megabytes) throws Exception {
    Process process =
        JavaProcess.start(
            List.of(heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            BuildLargeIndex.class,
            directory.toString(),
            Integer.toString(chunks));
    try {
      String output = process.inputReader().readAllAsString();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
      assertThat(Long.parseLong(output.strip())).isLessThan(megabytes * 1024L);
    } finally {
      process.destroyForcibly();
    }
  }
}
