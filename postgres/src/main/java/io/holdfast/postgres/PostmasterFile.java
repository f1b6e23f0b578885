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
      lines = Files.readString(file(), StandardCharsets.ISO_8859_1).lines().toList();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw LocalServerException.unavailable("Cannot read " + file(), "", e);
    }
    if (lines.size() <= LINE_STATE || !lines.getFirst().strip().equals(Long.toString(pid))) {
      return false;
    }
    String state = lines.get(LINE_STATE).strip();
    return state.equals("ready") || state.equals("standby");
  }

  /** Whether the file is there and holds nothing. */
  boolean isEmpty() {
    try {
      return Files.size(file()) == 0;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw LocalServerException.unavailable("Cannot read " + file(), "", e);
    }
  }

  /**
   * Removes the file if it holds nothing. PostgreSQL makes it empty and then fills it (miscinit.c,
   * CreateLockFile); a server killed in between leaves one that keeps every later server from
   * starting. Only for the one that started that server, once it is gone.
   */
  void removeIfEmpty() {
    if (!isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(file());
    } catch (IOException e) {
      throw LocalServerException.unavailable("Cannot remove the empty " + file(), "", e);
    }
  }

  private Path file() {
    return dataDirectory.resolve("postmaster.pid");
  }
}
