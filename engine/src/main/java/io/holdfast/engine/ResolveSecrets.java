package io.holdfast.engine;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fetches secrets at the moment they are needed. Bounded: a secret has at most {@value #MAX_BYTES}
 * bytes, and a command or a pipe the time that is given here, after which a command is killed.
 * Thread-safe.
 */
public final class ResolveSecrets {
  static final int MAX_BYTES = 64 * 1024;

  private final Function<String, @Nullable String> environment;
  private final Duration limit;

  /** With this process's environment, and 30 seconds for a command or a pipe. */
  public ResolveSecrets() {
    this(System::getenv, ReadSmallFile.USUAL_LIMIT);
  }

  ResolveSecrets(Function<String, @Nullable String> environment, Duration limit) {
    this.environment = environment;
    this.limit = limit;
  }

  /**
   * The secret; the caller closes it.
   *
   * @throws SecretException when there is none, or it is empty or too long
   */
  public Secret resolve(SecretReference reference) {
    byte[] content =
        switch (reference) {
          case SecretReference.Variable variable -> variable(variable);
          case SecretReference.FileContent file -> file(file);
          case SecretReference.CommandOutput command -> output(command);
        };
    byte[] secret = Arrays.copyOf(content, lengthWithoutLineEnd(content));
    Arrays.fill(content, (byte) 0);
    if (secret.length == 0) {
      throw new SecretException(reference, "it is empty", "", null);
    }
    return new Secret(secret);
  }

  /**
   * The content of a file as it is, line ends and all; the caller closes it.
   *
   * @throws SecretException when it cannot be read or is too long
   */
  public Secret resolveWhole(Path file) {
    return new Secret(file(new SecretReference.FileContent(file)));
  }

  private byte[] variable(SecretReference.Variable variable) {
    String value = environment.apply(variable.name());
    if (value == null) {
      throw new SecretException(variable, "the variable is not set", "set it and try again", null);
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] file(SecretReference.FileContent file) {
    try {
      return bounded(file, new ReadSmallFile(limit).read(file.path(), MAX_BYTES + 1));
    } catch (NoSuchFileException e) {
      throw new SecretException(file, "there is no such file", "", e);
    } catch (AccessDeniedException e) {
      throw new SecretException(file, "it must not be read", "check its owner and mode", e);
    } catch (IOException e) {
      throw new SecretException(file, "it cannot be read: " + e.getMessage(), "", e);
    }
  }

  private byte[] output(SecretReference.CommandOutput command) {
    Process process;
    try {
      process =
          new ProcessBuilder("/bin/sh", "-c", command.command())
              .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
              .redirectError(Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new SecretException(command, "the shell could not be started", "", e);
    }
    try {
      FutureTask<byte[]> read =
          new FutureTask<>(
              () -> bounded(command, process.getInputStream().readNBytes(MAX_BYTES + 1)));
      Thread.ofVirtual().start(read);
      byte[] content = read.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new TimeoutException();
      }
      if (process.exitValue() != 0) {
        Arrays.fill(content, (byte) 0);
        throw new SecretException(
            command,
            "it ended with status " + process.exitValue(),
            "run it by hand to see why",
            null);
      }
      return content;
    } catch (TimeoutException e) {
      throw new SecretException(command, "it took longer than " + limit.toSeconds() + " s", "", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof SecretException known
          ? known
          : new SecretException(command, "its output cannot be read", "", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretException(command, "interrupted", "", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static byte[] bounded(SecretReference reference, byte[] content) {
    if (content.length > MAX_BYTES) {
      Arrays.fill(content, (byte) 0);
      throw new SecretException(reference, "it is longer than 64 KiB", "", null);
    }
    return content;
  }

  private static int lengthWithoutLineEnd(byte[] content) {
    int length = content.length;
    if (length > 0 && content[length - 1] == '\n') {
      length--;
      if (length > 0 && content[length - 1] == '\r') {
        length--;
      }
    }
    return length;
  }
}
