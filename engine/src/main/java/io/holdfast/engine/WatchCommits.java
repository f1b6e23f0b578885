package io.holdfast.engine;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.receiver.CommitWatchdog;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Ends that commits wait for a receiver that does not keep up, beside the receiver's process. */
public final class WatchCommits {
  private final Surroundings surroundings;

  public WatchCommits(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Watches each server of a database until the thread is interrupted, which it still is when this
   * returns; or, after the receiver is gone, until nothing waits for it.
   *
   * @param source name of a database of the configuration; empty: the only one
   * @param receiverLives asked now and then
   * @throws UnknownNameException if there is no such database
   */
  public void run(
      Configuration configuration,
      String source,
      BooleanSupplier receiverLives,
      CommitWatchdog.Listener listener) {
    SourceSettings.Postgresql database = configuration.database(source);
    List<Thread> watching =
        DatabaseConnection.to(database, surroundings).each().stream()
            .map(
                member ->
                    Thread.ofPlatform()
                        .start(() -> watch(member, database.wal(), receiverLives, listener)))
            .toList();
    boolean interrupted = false;
    for (Thread thread : watching) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          watching.forEach(Thread::interrupt);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void watch(
      ConnectionSettings server,
      SourceSettings.Wal wal,
      BooleanSupplier receiverLives,
      CommitWatchdog.Listener listener) {
    try (CommitWatchdog watchdog =
        new CommitWatchdog(server, wal.slot(), wal.stallLimit(), listener)) {
      watchdog.run(receiverLives);
    }
  }
}
