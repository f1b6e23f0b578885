package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  /** A launcher goes on without the cache, so nobody would notice. */
  @Test
  void everyCommandOfItWorks(@TempDir Path directory) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code = new Rehearsal(directory, new PrintStream(out, true, UTF_8)).run();
    assertThat(code).as(out.toString(UTF_8)).isZero();
    assertThat(directory.resolve("target/uploads/file1")).hasContent("changed");
  }
}
