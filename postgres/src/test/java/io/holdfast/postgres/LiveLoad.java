package io.holdfast.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Clients that change a cluster as pgbench's do, from when this is made until it is closed: each
 * transaction moves an amount between accounts, tellers and branches and writes it down. The sums
 * of accounts, tellers, branches and history agree after every transaction, so whatever is restored
 * must agree too.
 */
public final class LiveLoad implements AutoCloseable {
  private static final int CLIENTS = 3;
  private static final int ACCOUNTS = 20_000;
  private static final int TELLERS = 10;

  private final List<Thread> clients = new ArrayList<>();
  private final AtomicLong transactions = new AtomicLong();
  private volatile @Nullable SQLException failure;
  private volatile boolean stopping;

  private LiveLoad() {}

  /** Makes the tables, once for each cluster. */
  public static void prepare(TestCluster cluster) {
    cluster.execute(
        "CREATE TABLE branches (bid int PRIMARY KEY, balance bigint NOT NULL)",
        "CREATE TABLE tellers (tid int PRIMARY KEY, balance bigint NOT NULL)",
        "CREATE TABLE accounts (aid int PRIMARY KEY, balance bigint NOT NULL, filler char(84))",
        "CREATE TABLE history (id bigserial PRIMARY KEY, tid int, aid int, delta bigint)",
        "INSERT INTO branches VALUES (1, 0)",
        "INSERT INTO tellers SELECT n, 0 FROM generate_series(1, " + TELLERS + ") n",
        "INSERT INTO accounts SELECT n, 0, '' FROM generate_series(1, " + ACCOUNTS + ") n");
  }

  /** Starts the clients; returns when each of them has changed something. */
  public static LiveLoad start(TestCluster cluster) throws InterruptedException {
    LiveLoad load = new LiveLoad();
    for (int client = 0; client < CLIENTS; client++) {
      int seed = client;
      load.clients.add(Thread.ofVirtual().start(() -> load.run(cluster, seed)));
    }
    load.awaitTransactions(10);
    return load;
  }

  /** Waits until so many more transactions are committed. */
  public void awaitTransactions(long more) throws InterruptedException {
    long goal = transactions.get() + more;
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    synchronized (transactions) {
      while (transactions.get() < goal && failure == null) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("the load stands still");
        }
        transactions.wait(100);
      }
    }
  }

  public long transactions() {
    return transactions.get();
  }

  private void run(TestCluster cluster, int seed) {
    Random random = new Random(seed);
    try (Connection session = cluster.connect("postgres", "postgres")) {
      session.setAutoCommit(false);
      try (PreparedStatement account =
              session.prepareStatement("UPDATE accounts SET balance = balance + ? WHERE aid = ?");
          PreparedStatement teller =
              session.prepareStatement("UPDATE tellers SET balance = balance + ? WHERE tid = ?");
          PreparedStatement branch =
              session.prepareStatement("UPDATE branches SET balance = balance + ? WHERE bid = ?");
          PreparedStatement history =
              session.prepareStatement("INSERT INTO history (delta, tid, aid) VALUES (?, ?, ?)")) {
        while (!stopping) {
          long delta = random.nextInt(10_000) - 5_000L;
          int aid = 1 + random.nextInt(ACCOUNTS);
          int tid = 1 + random.nextInt(TELLERS);
          change(account, delta, aid);
          change(teller, delta, tid);
          change(branch, delta, 1);
          history.setLong(1, delta);
          history.setInt(2, tid);
          history.setInt(3, aid);
          history.executeUpdate();
          session.commit();
          transactions.incrementAndGet();
          synchronized (transactions) {
            transactions.notifyAll();
          }
        }
      }
    } catch (SQLException e) {
      failure = e;
    }
  }

  private static void change(PreparedStatement statement, long delta, int key) throws SQLException {
    statement.setLong(1, delta);
    statement.setInt(2, key);
    if (statement.executeUpdate() != 1) {
      throw new SQLException("there is no row " + key);
    }
  }

  /**
   * What a restored cluster must show: the four sums agree, and every row of the history is there
   * once.
   *
   * @return number of transactions in the history
   */
  public static long verify(Connection session) throws SQLException {
    try (Statement statement = session.createStatement();
        var row =
            statement.executeQuery(
                "SELECT (SELECT sum(balance) FROM accounts), (SELECT sum(balance) FROM tellers),"
                    + " (SELECT sum(balance) FROM branches), (SELECT sum(delta) FROM history),"
                    + " (SELECT count(*) FROM history), (SELECT count(*) FROM accounts)")) {
      row.next();
      long sum = row.getLong(1);
      for (int column = 2; column <= 4; column++) {
        if (row.getLong(column) != sum) {
          throw new AssertionError("sums differ: " + sum + " and " + row.getLong(column));
        }
      }
      if (row.getLong(6) != ACCOUNTS) {
        throw new AssertionError("there are " + row.getLong(6) + " accounts");
      }
      return row.getLong(5);
    }
  }

  /** Stops the clients; fails if one of them failed. */
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
    SQLException failed = failure;
    if (failed != null) {
      throw new IllegalStateException("the load failed", failed);
    }
  }
}
