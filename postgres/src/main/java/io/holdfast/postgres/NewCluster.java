package io.holdfast.postgres;

import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.storage.FailureCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A cluster to be made by initdb. Local sockets are trusted, so they belong into private
 * directories; over TCP every role needs a password.
 *
 * @param superuser name of the first role
 * @param locale locale of the template databases; the encoding is UTF-8
 * @param walSegmentSize bytes per WAL segment, a power of two from 1 MiB to 1 GiB
 * @param dataChecksums whether pages carry checksums
 */
public record NewCluster(
    String superuser, String locale, int walSegmentSize, boolean dataChecksums) {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  public NewCluster {
    WalSegmentName.checkSegmentSize(walSegmentSize);
  }

  /** Superuser postgres, locale C, segments of 16 MiB, checksums on. */
  public static NewCluster usual() {
    return new NewCluster("postgres", "C", 16 << 20, true);
  }

  public NewCluster withSuperuser(String name) {
    return new NewCluster(name, locale, walSegmentSize, dataChecksums);
  }

  public NewCluster withLocale(String name) {
    return new NewCluster(superuser, name, walSegmentSize, dataChecksums);
  }

  public NewCluster withWalSegmentSize(int bytes) {
    return new NewCluster(superuser, locale, bytes, dataChecksums);
  }

  public NewCluster withDataChecksums(boolean on) {
    return new NewCluster(superuser, locale, walSegmentSize, on);
  }

  /**
   * Makes the cluster.
   *
   * @param dataDirectory absent or empty; its parent exists
   * @throws LocalServerException if initdb fails or the account cannot reach the directory
   */
  public void create(ServerBinaries binaries, ServerAccount account, Path dataDirectory) {
    try {
      if (!Files.isDirectory(dataDirectory)) {
        Files.createDirectory(
            dataDirectory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      account.own(dataDirectory);
    } catch (IOException e) {
      throw LocalServerException.unavailable(
          "Cannot make the data directory " + dataDirectory, "", e);
    }
    requireReach(account, dataDirectory);
    requireReach(account, binaries.program("initdb"));
    List<String> command = new ArrayList<>();
    Collections.addAll(
        command,
        binaries.program("initdb").toString(),
        "--pgdata=" + dataDirectory.toAbsolutePath(),
        "--username=" + superuser,
        "--encoding=UTF8",
        "--locale=" + locale,
        "--wal-segsize=" + (walSegmentSize >> 20),
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--no-instructions",
        "--no-sync");
    if (dataChecksums) {
      command.add("--data-checksums");
    } else if (binaries.major() >= 18) {
      command.add("--no-data-checksums");
    }
    ChildProgram.Outcome outcome = ChildProgram.run(account.command(command), Path.of("/"), LIMIT);
    if (outcome.status() != 0) {
      throw LocalServerException.unavailable(
          "Cannot make a PostgreSQL "
              + binaries.major()
              + " cluster in "
              + dataDirectory
              + ": "
              + outcome.output(),
          "",
          null);
    }
  }

  static void requireReach(ServerAccount account, Path path) {
    if (!account.reaches(path)) {
      throw new LocalServerException(
          FailureCategory.ACCESS,
          "The account " + account + ", under which PostgreSQL runs, cannot reach " + path,
          "Choose a directory whose parents all accounts may enter, or run as another user.",
          null);
    }
  }
}
