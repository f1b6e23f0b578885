package io.holdfast.postgres;

import io.holdfast.repository.CancelledException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Waits for the answer to a query that may take long, and cancels it when the thread is
 * interrupted.
 */
final class InterruptibleQuery {
  /** Turns the answer into a value. */
  @FunctionalInterface
  interface Answer<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private InterruptibleQuery() {}

  /**
   * @param what names the query for messages
   */
  static <T> T run(PreparedStatement statement, String what, Answer<T> answer) throws SQLException {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              try (ResultSet rows = statement.executeQuery()) {
                return answer.read(rows);
              }
            });
    Thread thread = Thread.ofVirtual().name(what).start(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      cancel(statement, thread);
      Thread.currentThread().interrupt();
      throw new CancelledException(what);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case SQLException failed -> throw failed;
        case RuntimeException failed -> throw failed;
        case Error failed -> throw failed;
        case null, default -> throw new AssertionError(e);
      }
    }
  }

  private static void cancel(PreparedStatement statement, Thread thread) throws SQLException {
    statement.cancel();
    boolean again = true;
    while (again) {
      try {
        thread.join();
        again = false;
      } catch (InterruptedException e) {
        again = true; // the session is of no use to anyone before the query has ended
      }
    }
  }
}
