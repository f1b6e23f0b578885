package io.holdfast.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that insert rows and remember which of them the server said are committed, and when. They
 * live through the server's crashes.
 */
public final class AckedLoad implements AutoCloseable {
  private static final int CLIENTS = 3;
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** Opens a session with the server, wherever it is now. */
  @FunctionalInterface
  public interface Server {
    Connection connect() throws SQLException;
  }

  private final Server server;
  private final List<Thread> clients = new ArrayList<>();
  private final AtomicLong next = new AtomicLong();

  /** When each row's commit was acknowledged. */
  private final Map<Long, Long> acked = new ConcurrentHashMap<>();

  private volatile boolean stopping;

  private AckedLoad(Server server) {
    this.server = server;
  }

  /** Makes the table, once for each cluster. */
  public static void prepare(TestCluster cluster) {
    cluster.execute("CREATE TABLE acked (id bigint PRIMARY KEY, filler text)");
  }

  /** Starts the clients. */
  public static AckedLoad start(Server server) {
    AckedLoad load = new AckedLoad(server);
    for (int client = 0; client < CLIENTS; client++) {
      load.clients.add(Thread.ofVirtual().start(load::run));
    }
    return load;
  }

  private void run() {
    while (!stopping) {
      try (Connection session = server.connect();
          PreparedStatement insert =
              session.prepareStatement("INSERT INTO acked VALUES (?, repeat('x', 500))")) {
        while (!stopping) {
          long id = next.incrementAndGet();
          insert.setLong(1, id);
          insert.executeUpdate();
          acked.put(id, System.nanoTime());
        }
      } catch (SQLException e) {
        LockSupport.parkNanos(PAUSE.toNanos()); // the server is away, or its socket
      }
    }
  }

  /** Waits until so many more commits are acknowledged. */
  public void awaitCommits(int more) {
    int goal = acked.size() + more;
    Eventually.holds(() -> acked.size() >= goal);
  }

  /** How many commits were acknowledged by a moment of {@link System#nanoTime}. */
  public long ackedBy(long nanos) {
    return acked.values().stream().filter(time -> time - nanos <= 0).count();
  }

  /**
   * What a recovered server must have: all that was acknowledged by a moment.
   *
   * @param nanos of {@link System#nanoTime}
   */
  public void requireAll(Connection recovered, long nanos) throws SQLException {
    Set<Long> there = new HashSet<>();
    try (Statement statement = recovered.createStatement();
        ResultSet row = statement.executeQuery("SELECT id FROM acked")) {
      while (row.next()) {
        there.add(row.getLong(1));
      }
    }
    List<Long> missing =
        acked.entrySet().stream()
            .filter(is -> is.getValue() - nanos <= 0 && !there.contains(is.getKey()))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    if (!missing.isEmpty()) {
      throw new AssertionError(
          missing.size() + " acknowledged commits are missing, from " + missing.getFirst());
    }
  }

  @Override
  public void close() {
    stopping = true;
    try {
      for (Thread client : clients) {
        client.join(Duration.ofSeconds(60));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
