package io.holdfast.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A process that ends that commits wait for a receiver, should the receiver's process be killed. It
 * ends by itself when that one is gone and nothing waits for it any more; when it is killed itself,
 * another one is started.
 */
final class OwnWatchdog implements AutoCloseable {
  /** It holds nothing. */
  private static final String HEAP = "-Xmx32m";

  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final List<String> command;
  private final Consumer<String> warnings;
  private final Thread thread;

  private OwnWatchdog(List<String> command, Consumer<String> warnings, Process first) {
    this.command = command;
    this.warnings = warnings;
    this.thread = Thread.ofVirtual().start(() -> keep(first));
  }

  /**
   * Starts it, by the JVM and with the program of this process.
   *
   * @param warnings told if another one had to be started
   * @throws WatchdogException if it cannot be started
   */
  static OwnWatchdog start(Path configuration, String source, Consumer<String> warnings) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            HEAP,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "wal",
            "watchdog",
            "--of",
            Long.toString(ProcessHandle.current().pid()),
            "--source",
            source,
            "-c",
            configuration.toAbsolutePath().toString());
    try {
      return new OwnWatchdog(command, warnings, process(command));
    } catch (IOException e) {
      throw new WatchdogException(e);
    }
  }

  private static Process process(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private void keep(Process first) {
    Process process = first;
    try {
      while (true) {
        int code = process.waitFor();
        Thread.sleep(PAUSE);
        warnings.accept(
            "the watchdog of the receiver ended with " + code + "; it is started again");
        process = process(command);
      }
    } catch (IOException e) {
      warnings.accept(new WatchdogException(e).getMessage() + "");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** The receiver has ended; the process sees to the rest, and ends by itself. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
