package io.holdfast.cli;

import io.holdfast.engine.ContentAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;

/** Keeps a line of JSON for each access to the content of a backup, in {@code accesses.jsonl}. */
final class AccessLog implements Consumer<ContentAccess> {
  private final Path directory;

  AccessLog(Path directory) {
    this.directory = directory;
  }

  @Override
  public synchronized void accept(ContentAccess access) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.writeString(
          directory.resolve("accesses.jsonl"),
          JsonOutput.line(access) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the record of an access in " + directory, e);
    }
  }
}
