package io.holdfast.demo;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.PosixException;
import io.holdfast.posix.RemoveTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Makes and removes the directories of a demo. */
final class Directories {
  private Directories() {}

  /** A new one. Other accounts may pass through: the server runs under one if this is root. */
  static Path newIn(Path parent) {
    try {
      Path directory = Files.createTempDirectory(parent, "holdfast-demo-");
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      return directory;
    } catch (IOException e) {
      throw new DemoException("cannot make a directory in " + parent + ": " + e.getMessage(), e);
    }
  }

  static Path make(Path directory) {
    try {
      return Files.createDirectory(directory);
    } catch (IOException e) {
      throw new DemoException("cannot make " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Removes a directory and all that is in it, following no link; absent is fine. */
  static void remove(Path directory) {
    try {
      RemoveTree.at(BytePath.of(directory.toString()));
    } catch (PosixException e) {
      throw new DemoException("cannot remove " + directory + ": " + e.getMessage(), e);
    }
  }
}
