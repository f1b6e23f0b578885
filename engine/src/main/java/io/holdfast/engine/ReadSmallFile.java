package io.holdfast.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads files of bounded length. What is no regular file, such as a pipe of a shell, may have
 * nobody who writes to it: such a thing has limited time.
 */
final class ReadSmallFile {
  static final Duration USUAL_LIMIT = Duration.ofSeconds(30);

  private final Duration limit;

  /**
   * @param limit how long to wait for what is no regular file
   */
  ReadSmallFile(Duration limit) {
    this.limit = limit;
  }

  /**
   * The first bytes of a file, at most as many as the maximum.
   *
   * @throws IOException if it cannot be read, or not in time
   */
  byte[] read(Path file, int maximum) throws IOException {
    if (Files.isRegularFile(file)) {
      return readNow(file, maximum);
    }
    FutureTask<byte[]> read = new FutureTask<>(() -> readNow(file, maximum));
    // Opening a pipe cannot be interrupted: a thread that still waits does not keep the JVM up.
    Thread.ofPlatform().daemon().name("read " + file.getFileName()).start(read);
    try {
      return read.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("nobody wrote all of it within " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static byte[] readNow(Path file, int maximum) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return stream.readNBytes(maximum);
    }
  }
}
