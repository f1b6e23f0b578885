package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What is in a tree, as another program sees it that has no code in common with this one. */
final class TreeListing {
  private static final int SECONDS = 120;

  private TreeListing() {}

  /** A line for each name, in order. */
  static List<String> of(Path tree, Path temp) throws Exception {
    Path script = temp.resolve("list_tree.py");
    try (InputStream source =
        Objects.requireNonNull(TreeListing.class.getResourceAsStream("/list_tree.py"))) {
      Files.write(script, source.readAllBytes());
    }
    Path output = Files.createTempFile(temp, "listing", ".txt");
    Path errors = Files.createTempFile(temp, "listing", ".err");
    Process process =
        new ProcessBuilder("/usr/bin/python3", script.toString(), tree.toString())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(errors).isEmptyFile();
    assertThat(process.exitValue()).isZero();
    return Files.readAllLines(output);
  }
}
