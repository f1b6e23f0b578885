package io.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the tests of benchmarks/compare, which is written in Python. */
final class ComparisonTest {
  private static final int SECONDS = 120;

  @Test
  void itsOwnTestsPass(@TempDir Path directory) throws IOException, InterruptedException {
    Path output = directory.resolve("output");
    Process tests =
        new ProcessBuilder(
                "/usr/bin/python3", "-B", "-m", "unittest", "discover", "-s", "tests", "-t", ".")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      boolean ended = tests.waitFor(SECONDS, TimeUnit.SECONDS);
      String said = Files.readString(output, UTF_8);
      assertThat(ended).as(said).isTrue();
      assertThat(tests.exitValue()).as(said).isZero();
      assertThat(said).contains("Ran ").doesNotContain("Ran 0 tests");
    } finally {
      tests.destroyForcibly();
    }
  }
}
