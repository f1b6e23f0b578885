package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs docs/reader/holdfast_reader.py, the independent reader that knows only the documentation. It
 * says itself which packages of the system's Python are missing.
 */
final class PythonReader {
  private static final Path SCRIPT = Path.of("..", "docs", "reader", "holdfast_reader.py");
  private static final int SECONDS = 180;
  private static final JsonMapper JSON = new JsonMapper();

  private final Path repository;
  private final String option;
  private final Path credential;
  private final Path work;
  private final List<String> options;

  /**
   * @param option that names the file with the credential, such as {@code --key-file}
   * @param work directory for its output
   * @param options before the command
   */
  PythonReader(Path repository, String option, Path credential, Path work, String... options) {
    this.repository = repository;
    this.option = option;
    this.credential = credential;
    this.work = work;
    this.options = List.of(options);
  }

  /** How it ended, and what it said. */
  record Outcome(int status, String output, String errors) {
    Outcome requireSuccess() {
      assertThat(status).as("the reader said: %s", errors).isZero();
      assertThat(errors).isEmpty();
      return this;
    }

    /** Requires that it ended with one clear line on its errors. */
    void requireRefusal(String... parts) {
      assertThat(status).as(errors).isEqualTo(1);
      assertThat(errors.strip().lines()).hasSize(1);
      assertThat(errors).startsWith("holdfast_reader: ").contains(parts);
    }

    List<JsonNode> lines() {
      return output.lines().map(JSON::readTree).toList();
    }
  }

  Outcome run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/python3",
                SCRIPT.toAbsolutePath().normalize().toString(),
                repository.toString(),
                option,
                credential.toString()));
    command.addAll(options);
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(work, "reader", ".out");
    Path errors = Files.createTempFile(work, "reader", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("%s ended", command).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), read(output), read(errors));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
