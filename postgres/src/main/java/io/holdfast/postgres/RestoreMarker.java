package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.NodeType;
import io.holdfast.posix.PosixException;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.wal.SystemIdentifier;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The file that says that a restore into a directory has begun and not ended. While it is there,
 * the control file is not, so no server starts.
 */
final class RestoreMarker {
  static final BytePath NAME = BytePath.of("holdfast.restoring");
  private static final String FIRST_LINE =
      "A restore by Holdfast has begun here and has not ended;";
  private static final String SECOND_LINE = "repeat it to finish it. System identifier:";
  private static final int MAX_BYTES = 1024;

  private RestoreMarker() {}

  /** The cluster whose restore has begun, if one has. */
  static Optional<SystemIdentifier> read(DirectoryHandle directory) throws PosixException {
    byte[] bytes = new byte[MAX_BYTES];
    int count;
    try (FileHandle file = directory.openFile(NAME)) {
      count = Math.max(0, file.read(0, bytes, 0, bytes.length));
    } catch (PosixException e) {
      if (e.isAbsent()) {
        return Optional.empty();
      }
      throw e;
    }
    String text = new String(bytes, 0, count, StandardCharsets.US_ASCII);
    String[] lines = text.split("\n", -1);
    try {
      return Optional.of(SystemIdentifier.parse(lines.length > 2 ? lines[2] : ""));
    } catch (NumberFormatException e) {
      return Optional.empty(); // begun so shortly before a crash that nothing else was done
    }
  }

  /** Whether a restore has begun, of whatever. */
  static boolean isThere(DirectoryHandle directory) throws PosixException {
    try {
      return directory.status(NAME).type() == NodeType.FILE;
    } catch (PosixException e) {
      if (e.isAbsent()) {
        return false;
      }
      throw e;
    }
  }

  /** Says so, durably. */
  static void write(DirectoryHandle directory, SystemIdentifier cluster) throws PosixException {
    byte[] text =
        (FIRST_LINE + "\n" + SECOND_LINE + "\n" + cluster + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    remove(directory);
    try (FileHandle file = directory.createFile(NAME, 0600)) {
      file.write(0, text, 0, text.length);
      file.sync();
    }
    directory.sync();
  }

  /** Says no more so, durably. */
  static void remove(DirectoryHandle directory) throws PosixException {
    RemoveTree.fileIfPresent(directory, NAME);
    directory.sync();
  }
}
