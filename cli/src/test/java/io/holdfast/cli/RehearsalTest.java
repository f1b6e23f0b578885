package io.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  /** A launcher goes on without the cache, so nobody would notice. */
  @Test
  void everyCommandOfItWorks(@TempDir Path directory) throws Exception {
    // Its server runs under another account if this is root.
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code = new Rehearsal(directory, new PrintStream(out, true, UTF_8)).run();
    assertThat(code).as(out.toString(UTF_8)).isZero();
    assertThat(directory.resolve("target/uploads/file1")).hasContent("changed");
    assertThat(out.toString(UTF_8)).doesNotContain("no database could be rehearsed");
    assertThat(directory.resolve("cluster/copied/PG_VERSION")).hasContent("18");
  }
}
