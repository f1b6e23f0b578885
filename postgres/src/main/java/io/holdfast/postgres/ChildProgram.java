package io.holdfast.postgres;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end, in a small environment, for a limited time, with limited output. */
final class ChildProgram {
  private static final int MOST_OUTPUT = 64 * 1024;

  /**
   * What a program left behind.
   *
   * @param status its exit status
   * @param output the first 64 KiB of its standard output and error
   */
  record Outcome(int status, String output) {}

  private ChildProgram() {}

  /**
   * Runs a command with nothing on its standard input.
   *
   * @throws LocalServerException if it cannot be started, takes longer than {@code limit}, or this
   *     thread is interrupted; the program is gone then
   */
  static Outcome run(List<String> command, Path directory, Duration limit) {
    Process process = start(new ProcessBuilder(command).directory(directory.toFile()));
    try {
      process.getOutputStream().close();
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      Thread reader = Thread.ofVirtual().start(() -> drain(process.getInputStream(), output));
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw LocalServerException.unavailable(
            command.getFirst() + " did not finish within " + limit.toSeconds() + " s", "", null);
      }
      // A grandchild may hold the pipe open; what it might still say is of no interest.
      reader.join(Duration.ofSeconds(5));
      synchronized (output) {
        return new Outcome(process.exitValue(), output.toString(StandardCharsets.UTF_8).strip());
      }
    } catch (IOException e) {
      throw LocalServerException.unavailable("Cannot talk to " + command.getFirst(), "", e);
    } catch (InterruptedException e) {
      throw LocalServerException.interrupted("running " + command.getFirst(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts a command with an environment that holds nothing but a path and a plain locale. */
  static Process start(ProcessBuilder builder) {
    Map<String, String> environment = builder.environment();
    String path = environment.getOrDefault("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    environment.clear();
    environment.put("PATH", path);
    environment.put("LC_ALL", "C");
    if (ProcessBuilder.Redirect.PIPE.equals(builder.redirectOutput())) {
      builder.redirectErrorStream(true);
    }
    try {
      return builder.start();
    } catch (IOException e) {
      throw LocalServerException.unavailable(
          "Cannot start " + builder.command().getFirst(), "Is it installed and executable?", e);
    }
  }

  private static void drain(InputStream from, ByteArrayOutputStream to) {
    byte[] buffer = new byte[8192];
    try (from) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        synchronized (to) {
          to.write(buffer, 0, Math.min(n, MOST_OUTPUT - to.size()));
        }
      }
    } catch (IOException e) {
      // The pipe breaks when the program is killed; what was read until then is its output.
      return;
    }
  }
}
