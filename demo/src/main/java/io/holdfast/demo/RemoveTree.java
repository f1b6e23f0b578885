package io.holdfast.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Removes a directory and all that is in it, following no link. */
final class RemoveTree extends SimpleFileVisitor<Path> {
  private RemoveTree() {}

  static void at(Path root) {
    if (Files.notExists(root)) {
      return;
    }
    try {
      Files.walkFileTree(root, new RemoveTree());
    } catch (IOException e) {
      throw new DemoException("cannot remove " + root + ": " + e.getMessage(), e);
    }
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Files.delete(file);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
      throws IOException {
    if (e != null) {
      throw e;
    }
    Files.delete(directory);
    return FileVisitResult.CONTINUE;
  }
}
