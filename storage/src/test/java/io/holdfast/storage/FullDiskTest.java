package io.holdfast.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real full disk: a small tmpfs that only the child process sees. */
final class FullDiskTest {
  @TempDir private Path directory;

  private record Ended(int status, String output) {}

  private static Ended run(List<String> command, Path log) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Ended(process.waitFor(), Files.readString(log, UTF_8));
  }

  /** As root, or else as root of a user namespace of its own. */
  private List<String> namespace() throws Exception {
    for (List<String> unshare : List.of(List.of("unshare", "-m"), List.of("unshare", "-rm"))) {
      List<String> probe = new ArrayList<>(unshare);
      probe.addAll(List.of("mount", "-t", "tmpfs", "tmpfs", directory.toString()));
      try {
        if (run(probe, directory.resolve("probe")).status == 0) {
          return unshare;
        }
      } catch (IOException e) {
        abort("no unshare here: " + e.getMessage());
      }
    }
    return abort("mount namespaces are not allowed here");
  }

  @Test
  void aFullDiskIsAClearErrorAndLosesNothing() throws Exception {
    List<String> command = new ArrayList<>(namespace());
    command.addAll(List.of("sh", "-c", "mount -t tmpfs -o size=2m tmpfs \"$0\" && exec \"$@\""));
    command.add(directory.toString());
    command.addAll(Child.java(FillTheDisk.class, directory.toString()));
    Ended ended = run(command, directory.resolve("log"));
    assertThat(ended.output).contains("cannot put packs/", "well after");
    assertThat(ended.status).isZero();
  }
}
