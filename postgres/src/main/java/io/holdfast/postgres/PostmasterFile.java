package io.holdfast.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The file {@code postmaster.pid} of a data directory: line 1 the process, line 8 the state
 * (pidfile.h).
 */
record PostmasterFile(Path dataDirectory) {
  private static final int LINE_STATE = 7;

  /** Whether process {@code pid} runs here and takes connections. */
  boolean isReady(long pid) {
    List<String> lines;
    try {
      Path file = dataDirectory.resolve("postmaster.pid");
      lines = Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw LocalServerException.unavailable("Cannot read postmaster.pid", "", e);
    }
    if (lines.size() <= LINE_STATE || !lines.getFirst().strip().equals(Long.toString(pid))) {
      return false;
    }
    String state = lines.get(LINE_STATE).strip();
    return state.equals("ready") || state.equals("standby");
  }
}
