package io.holdfast.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * People at work: sessions that chat, change settings and delete, without a pause, until they are
 * stopped.
 */
final class LiveLoad implements AutoCloseable {
  private static final int SESSIONS = 2;
  private static final List<String> WORK =
      List.of(
          "INSERT INTO messages (chat_id, author, body, tokens, sent_at) SELECT c.id, 'user', words(? + c.id, 30), 30, now()"
              + " FROM chats c WHERE c.id = 1 + ? % 3000",
          "INSERT INTO messages (chat_id, author, body, tokens, sent_at) SELECT c.id, 'agent', words(? * 3 + c.id, 50), 50,"
              + " now() FROM chats c WHERE c.id = 1 + ? % 3000",
          "UPDATE user_settings SET value = to_jsonb(words(?, 3)) WHERE user_id = 1 + ? % 600 AND key = 'theme'",
          "UPDATE projects SET settings = settings || jsonb_build_object('touched', ?) WHERE id = 1 + ? % 120",
          "UPDATE users SET last_seen_at = now() - make_interval(secs => ?) WHERE id = 1 + ? % 600",
          "DELETE FROM messages WHERE id = 1 + (? * 7) % 36000 AND ? >= 0",
          "INSERT INTO audit_events (at, user_id, action, detail) VALUES (now(), ?, 'work', jsonb_build_object('step', ?))");

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  private final LongAdder transactions = new LongAdder();
  private volatile boolean stopped;

  private LiveLoad() {}

  static LiveLoad on(SamplePlatform platform) {
    LiveLoad load = new LiveLoad();
    for (int i = 0; i < SESSIONS; i++) {
      int session = i;
      load.running.add(load.threads.submit(() -> load.work(platform, session)));
    }
    return load;
  }

  private @Nullable Void work(SamplePlatform platform, int session) throws SQLException {
    try (Connection connection = platform.connect("platform", "platform_app")) {
      connection.setAutoCommit(false);
      try (Statement path = connection.createStatement()) {
        path.execute("SET search_path = platform");
        connection.commit();
      }
      for (int step = session; !stopped; step += SESSIONS) {
        try (PreparedStatement statement =
            connection.prepareStatement(WORK.get(step % WORK.size()))) {
          statement.setInt(1, step % 100_000);
          statement.setInt(2, step % 100_000);
          statement.executeUpdate();
        }
        connection.commit();
        transactions.increment();
      }
    }
    return null;
  }

  /**
   * Ends the work and waits until the last transaction is committed. May be called again, by any
   * thread.
   */
  synchronized void stop() {
    stopped = true;
    try {
      for (Future<?> session : running) {
        session.get();
      }
    } catch (ExecutionException e) {
      throw new DemoException("the load failed: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted", e);
    }
  }

  /** Transactions that were committed so far. */
  long transactions() {
    return transactions.sum();
  }

  @Override
  public void close() {
    stopped = true;
    threads.shutdownNow();
    threads.close();
  }
}
