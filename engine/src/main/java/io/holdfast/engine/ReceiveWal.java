package io.holdfast.engine;

import io.holdfast.postgres.receiver.ReceiverEvents;
import io.holdfast.postgres.receiver.WalReceiver;
import io.holdfast.postgres.receiver.WalReceiverOptions;
import io.holdfast.repository.Repository;
import java.nio.file.Path;
import java.time.Duration;

/** Receives the write-ahead log of a database for as long as it is let. */
public final class ReceiveWal {
  private static final Duration FLUSH_INTERVAL = Duration.ofMillis(500);

  private final Surroundings surroundings;

  public ReceiveWal(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Whose log goes where.
   *
   * @param source name of a database of the configuration; empty: the only one
   * @param repository name of a repository of the configuration; empty: the only one
   * @param spools a directory for spools, where the configuration names none; it is made
   */
  public record Request(
      Configuration configuration, String source, String repository, Path spools) {}

  /**
   * Receives until the thread is interrupted, which it still is when this returns.
   *
   * @throws UnknownNameException if there is no such database or repository
   */
  public void run(Request request, ReceiverEvents events) {
    SourceSettings.Postgresql source = request.configuration().database(request.source());
    RepositorySettings settings = request.configuration().repository(request.repository());
    SourceSettings.Wal wal = source.wal();
    Path spool = wal.spool().orElse(request.spools()).resolve(source.name());
    WalReceiverOptions options =
        new WalReceiverOptions(
            source.name(),
            wal.slot(),
            spool,
            wal.spoolBytes(),
            wal.serverBytes(),
            wal.sealInterval(),
            wal.recordInterval(),
            FLUSH_INTERVAL,
            wal.synchronous(),
            wal.stallLimit(),
            surroundings.clock());
    try (Repository repository = new OpenRepository(surroundings).open(settings)) {
      new WalReceiver(
              DatabaseConnection.to(source, surroundings), repository.logs(), options, events)
          .run();
    }
  }
}
