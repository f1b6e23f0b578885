package io.holdfast.postgres.archiving;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.postgres.ControlFile;
import io.holdfast.postgres.ReadControlFile;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.WalLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Whose pg_wal a file lies in. */
final class ClusterOfDirectory {
  private ClusterOfDirectory() {}

  /** The data directory above a file of its pg_wal, by their names. */
  static Path above(Path file) {
    Path wal = Objects.requireNonNull(file.toAbsolutePath().getParent());
    return Objects.requireNonNullElse(wal.getParent(), wal);
  }

  /**
   * The log of the cluster.
   *
   * @param source its name in the configuration
   * @param file in its pg_wal
   * @throws IOException if that does not lie in a data directory
   */
  static WalLog log(String source, Path file) throws IOException {
    Path data = above(file);
    ControlFile control;
    try (DirectoryHandle directory = DirectoryHandle.open(BytePath.of(data.toString()))) {
      control = ControlFile.parse(ReadControlFile.from(directory));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("reading " + data);
    }
    return new WalLog(
        source,
        control.systemIdentifier().value(),
        major(data),
        control.walSegmentSize(),
        control.walPageSize());
  }

  private static int major(Path data) throws IOException {
    Path file = data.resolve("PG_VERSION");
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (NumberFormatException e) {
      throw new IOException(file + " holds no version of PostgreSQL 15 or later", e);
    }
  }
}
