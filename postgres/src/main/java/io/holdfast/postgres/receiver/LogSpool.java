package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.SystemIdentifier;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalArchives;
import io.holdfast.repository.WalLog;
import io.holdfast.storage.HoldfastException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The spool of one log with the thread that stores what is in it, which begins at once: what an
 * earlier process left may be all that there is of it.
 */
final class LogSpool implements AutoCloseable {
  /** System identifier, major version, sizes of segments and pages. */
  private static final Pattern DIRECTORY = Pattern.compile("(\\d{1,20})-(\\d+)-(\\d+)-(\\d+)");

  private final WalFormat format;
  private final WalArchive archive;
  private final WalSpool spool;
  private final ReceivedWal received;
  private final WalIntake intake;
  private final FutureTask<Boolean> storing;

  private LogSpool(
      WalFormat format,
      WalArchive archive,
      WalSpool spool,
      ReceivedWal received,
      WalIntake intake,
      FutureTask<Boolean> storing) {
    this.format = format;
    this.archive = archive;
    this.spool = spool;
    this.received = received;
    this.intake = intake;
    this.storing = storing;
  }

  /**
   * Opens the spool of a log, and makes it where there is none.
   *
   * @param server asked how far it has come
   */
  static LogSpool open(
      WalFormat format,
      WalReceiverOptions options,
      WalArchives archives,
      ServerMark server,
      ReceiverEvents events) {
    WalLog log =
        new WalLog(
            options.source(),
            format.system().value(),
            format.major(),
            format.segmentSize(),
            format.pageSize());
    WalArchive archive = archives.open(log);
    WalSpool spool =
        WalSpool.open(options.spool().resolve(directory(format)), format.segmentSize());
    try {
      ReceivedWal received = new ReceivedWal();
      WalIntake intake = new WalIntake(spool, format, received);
      WalSealer sealer =
          new WalSealer(
              format,
              archives,
              archive,
              spool,
              received,
              server,
              options.sealInterval(),
              options.clock(),
              events,
              new PeriodRecorder(archive, options.recordInterval(), options.clock(), events));
      FutureTask<Boolean> storing =
          new FutureTask<>(
              () -> {
                warnOfOthers(log, archives, events);
                return sealer.run();
              });
      Thread.ofPlatform().name("wal-sealer").start(storing);
      return new LogSpool(format, archive, spool, received, intake, storing);
    } catch (RuntimeException e) {
      spool.close();
      throw e;
    }
  }

  /** Somebody may have meant another server, or upgraded this one. */
  private static void warnOfOthers(WalLog log, WalArchives archives, ReceiverEvents events) {
    try {
      archives.logs(damaged -> events.warned(String.valueOf(damaged.getMessage()))).stream()
          .filter(other -> other.source().equals(log.source()) && other.system() != log.system())
          .forEach(
              other ->
                  events.warned(
                      "what was stored of "
                          + log.source()
                          + " so far is of another cluster: "
                          + Long.toUnsignedString(other.system())
                          + " (PostgreSQL "
                          + other.major()
                          + "), and this is "
                          + Long.toUnsignedString(log.system())
                          + " (PostgreSQL "
                          + log.major()
                          + ")"));
    } catch (HoldfastException e) {
      events.troubled(e); // what cannot be stored will tell that again
    }
  }

  private static String directory(WalFormat format) {
    return format.system()
        + "-"
        + format.major()
        + "-"
        + format.segmentSize()
        + "-"
        + format.pageSize();
  }

  /** Of which logs an earlier process left a spool. */
  static List<WalFormat> left(Path spools) {
    List<WalFormat> formats = new ArrayList<>();
    if (!Files.isDirectory(spools)) {
      return formats;
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(spools)) {
      for (Path directory : directories) {
        format(Objects.requireNonNull(directory.getFileName()).toString()).ifPresent(formats::add);
      }
      return formats;
    } catch (IOException e) {
      throw SpoolException.failed(spools, e);
    }
  }

  private static Optional<WalFormat> format(String directory) {
    Matcher parts = DIRECTORY.matcher(directory);
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new WalFormat(
              Integer.parseInt(parts.group(2)),
              SystemIdentifier.parse(parts.group(1)),
              Integer.parseInt(parts.group(3)),
              Integer.parseInt(parts.group(4))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  WalFormat format() {
    return format;
  }

  WalArchive archive() {
    return archive;
  }

  ReceivedWal received() {
    return received;
  }

  WalIntake intake() {
    return intake;
  }

  /** No more of this log will come: all of it is stored, and then nothing is left in the spool. */
  void end() {
    intake.position().ifPresent(intake::end);
  }

  /**
   * Fails if what is in the spool is not stored any more.
   *
   * @throws IllegalStateException if so: by a defect of this program
   */
  void requireStoring() {
    if (storing.isDone()) {
      finish();
    }
  }

  /** Waits, also if interrupted, until what is in the spool is stored, or cannot be. */
  private void finish() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          storing.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new IllegalStateException("WAL is not stored any more", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Nothing more will come; what is there is stored, unless that fails, and stays otherwise. */
  @Override
  public void close() {
    try (spool) {
      try {
        intake.close();
      } finally {
        received.close();
        finish();
      }
    }
  }
}
