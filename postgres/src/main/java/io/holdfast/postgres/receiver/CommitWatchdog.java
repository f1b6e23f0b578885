package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.ServerErrorException;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.storage.HoldfastException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes commits of a server wait for a receiver, and ends that when the receiver does not keep up:
 * a server whose synchronous standby is away lets them wait for ever. It is asked over SQL, in a
 * session that is kept. One thread watches; others may tell it something where that is said.
 *
 * <p>It writes {@code synchronous_standby_names} only where that is empty or names this receiver
 * alone: any other value is an administrator's, or of what manages the cluster.
 */
public final class CommitWatchdog implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final Duration LATELY = Duration.ofSeconds(2);
  private static final Duration LONGEST_GOODBYE = Duration.ofSeconds(6);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  /** After it was let go, a receiver has to keep up for so long. */
  private static final Duration BEFORE_ANOTHER_TRY = Duration.ofSeconds(10);

  /** After so long nobody waits for an answer of it, when the receiver is gone too. */
  private static final Duration SERVER_IS_GONE = Duration.ofMinutes(10);

  /** A server takes up a changed setting after a moment. */
  private static final Duration TO_TAKE_EFFECT = Duration.ofSeconds(5);

  /**
   * A physical slot is where its receiver has flushed up to (walsender.c,
   * PhysicalConfirmReceivedLocation); unlike pg_stat_replication, anyone may see it.
   */
  private static final String LOOK =
      "SELECT current_setting('synchronous_standby_names'), restart_lsn::text, active_pid,"
          + " CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn()::text END"
          + " FROM (VALUES (1)) AS always (there)"
          + " LEFT JOIN pg_replication_slots ON slot_name = ? AND active";

  /** Who hears of it. */
  public interface Listener {
    /**
     * Whether commits wait for the receiver has changed.
     *
     * @param why in words
     */
    void synchronous(boolean waits, String why);

    /** The server could not be asked; it is tried again. */
    void troubled(HoldfastException failure);
  }

  private final String slot;
  private final String name;
  private final Listener listener;
  private final StallWatch stall;
  private volatile ConnectionSettings server;
  private volatile long caughtUp = System.nanoTime() - LATELY.toNanos();
  private volatile boolean held;
  private volatile @Nullable Connection session;
  private @Nullable Thread thread;
  private @Nullable ConnectionSettings asked;
  private int receiver;
  private String why = "";
  private boolean leaving;
  private long entered = System.nanoTime() - TO_TAKE_EFFECT.toNanos();
  private long letGo = System.nanoTime() - BEFORE_ANOTHER_TRY.toNanos();

  /**
   * @param server one; of several hosts the primary is asked
   * @param slot of the receiver
   * @param patience how long commits may wait
   */
  public CommitWatchdog(
      ConnectionSettings server, String slot, Duration patience, Listener listener) {
    this.server = server;
    this.slot = slot;
    this.name = nameOf(slot);
    this.listener = listener;
    this.stall = new StallWatch(patience);
  }

  /** The name under which a receiver with a slot is a synchronous standby. */
  static String nameOf(String slot) {
    String ending = "_sync";
    int most = 63 - ending.length(); // NAMEDATALEN - 1
    return slot.substring(0, Math.min(most, slot.length())) + ending;
  }

  /**
   * Makes sure that the receiver may be a synchronous standby of the server: that it can end it,
   * above all, by doing so. What an earlier process may have left half done is ended with that.
   *
   * @throws SynchronousModeException if it may not
   */
  void requireAllowed() {
    try {
      if (SynchronousRights.require(session(), server.describe(), slot).isBlank()) {
        set("RESET synchronous_standby_names");
      }
    } catch (SQLException e) {
      throw ServerErrorException.of(server.describe(), e);
    }
  }

  /** Whether commits wait for the receiver alone, by this value of the setting. */
  boolean isNamedBy(String names) {
    return isNameOf(slot, names);
  }

  /** Whether a value of the setting names a receiver with this slot, and nobody else. */
  static boolean isNameOf(String slot, String names) {
    return names.strip().replace("\"", "").equalsIgnoreCase(nameOf(slot));
  }

  /** From now on this member is asked. Any thread may say so. */
  void ask(ConnectionSettings member) {
    server = member;
  }

  /**
   * The receiver has all that the server has written, so that commits can wait for it; a watchdog
   * that is never told so only ever ends that they do. Any thread may say so.
   */
  void caughtUp() {
    caughtUp = System.nanoTime();
  }

  /** Whether commits wait for the receiver. Any thread may ask. */
  boolean isHeld() {
    return held;
  }

  /** Begins to watch, in a thread of its own. */
  void start() {
    thread = Thread.ofPlatform().name("commit-watchdog").start(() -> run(() -> true));
  }

  boolean hasStarted() {
    return thread != null;
  }

  /**
   * Fails if nobody watches any more.
   *
   * @throws IllegalStateException if so: by a defect of this program
   */
  void requireWatching() {
    Thread watching = thread;
    if (watching != null && !watching.isAlive()) {
      throw new IllegalStateException("nobody watches over the commits any more");
    }
  }

  /**
   * Watches until the thread is interrupted; or, after the receiver is gone, until nothing waits
   * for it, or another one has its place.
   *
   * @param receiverLives asked now and then
   */
  public void run(BooleanSupplier receiverLives) {
    int lastReceiver = 0;
    boolean needed = true;
    long lastSeen = System.nanoTime();
    try {
      while (needed) {
        Thread.sleep(BETWEEN);
        boolean lives = receiverLives.getAsBoolean();
        boolean seen = lookOnce();
        lastReceiver = lives && seen && receiver != 0 ? receiver : lastReceiver;
        boolean another = receiver != 0 && receiver != lastReceiver;
        lastSeen = lives || seen ? System.nanoTime() : lastSeen;
        boolean gone = System.nanoTime() - lastSeen > SERVER_IS_GONE.toNanos();
        needed = lives || (!seen && !gone) || (held && !another && !gone);
      }
    } catch (InterruptedException e) {
      if (!receiverLives.getAsBoolean()) {
        leaveIfHeld(); // nobody else would
      }
      Thread.currentThread().interrupt();
    }
  }

  private boolean lookOnce() {
    try {
      look(System.nanoTime());
      return true;
    } catch (SQLException | HoldfastException e) {
      disconnect();
      listener.troubled(failure(e)); // commits may wait meanwhile; only the server can be told
      return false;
    }
  }

  private HoldfastException failure(Exception e) {
    return e instanceof SQLException refused
        ? ServerErrorException.of(server.describe(), refused)
        : (HoldfastException) e;
  }

  /**
   * What a look shows.
   *
   * @param confirmed null if no receiver is connected
   * @param receiver process that serves it; 0 if none is connected
   * @param written null for a standby
   */
  private record Seen(String names, @Nullable Lsn confirmed, int receiver, @Nullable Lsn written) {}

  private void look(long now) throws SQLException {
    Seen seen = see();
    receiver = seen.receiver();
    if (seen.written() == null) {
      return; // nothing commits there
    }
    boolean stalled = stall.isStalled(seen.written(), seen.confirmed(), now);
    if (isNamedBy(seen.names())) {
      whileNamed(seen, stalled);
    } else {
      whileNotNamed(seen, stalled, now);
    }
  }

  private void whileNamed(Seen seen, boolean stalled) throws SQLException {
    if (!held && !leaving) {
      held = true;
      listener.synchronous(true, "commits wait for the receiver");
    }
    if (stalled || leaving) {
      why =
          seen.confirmed() == null
              ? "no receiver is connected"
              : "the receiver has had nothing since " + seen.confirmed();
      leave();
    }
  }

  private void whileNotNamed(Seen seen, boolean stalled, long now) throws SQLException {
    boolean takesEffect = now - entered < TO_TAKE_EFFECT.toNanos() && !leaving;
    if (held && !takesEffect) {
      held = false;
      letGo = now;
      listener.synchronous(
          false, leaving ? why : "synchronous_standby_names is now '" + seen.names() + "'");
    }
    leaving = false;
    if (!held
        && seen.names().isBlank()
        && now - caughtUp < LATELY.toNanos()
        && !stalled
        && stall.keepsUp()
        && now - letGo >= BEFORE_ANOTHER_TRY.toNanos()) {
      enter(now);
    }
  }

  private Connection session() throws SQLException {
    ConnectionSettings wanted = server.withLimits(CONNECT_LIMIT, ANSWER_LIMIT);
    Connection present = session;
    if (present != null && wanted.equals(asked)) {
      return present;
    }
    disconnect();
    Connection opened = wanted.openSql();
    session = opened;
    asked = wanted;
    return opened;
  }

  private Seen see() throws SQLException {
    try (PreparedStatement statement = session().prepareStatement(LOOK)) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        String confirmed = row.getString(2);
        String written = row.getString(4);
        return new Seen(
            row.getString(1),
            confirmed == null ? null : Lsn.parse(confirmed),
            row.getInt(3),
            written == null ? null : Lsn.parse(written));
      }
    }
  }

  private void enter(long now) throws SQLException {
    entered = now;
    held = true; // before the first commit waits
    set("SET synchronous_standby_names = '\"" + name + "\"'");
    listener.synchronous(true, "commits wait for the receiver");
  }

  /** If that is not enough, since the configuration file names it too, an empty value is. */
  private void leave() throws SQLException {
    set(leaving ? "SET synchronous_standby_names = ''" : "RESET synchronous_standby_names");
    leaving = true;
  }

  private void set(String what) throws SQLException {
    try (Statement statement = session().createStatement()) {
      statement.execute("ALTER SYSTEM " + what);
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  private void disconnect() {
    Connection present = session;
    session = null;
    if (present != null) {
      try {
        present.close();
      } catch (SQLException e) {
        listener.troubled(ServerErrorException.of(server.describe(), e));
      }
    }
  }

  /**
   * The receiver ends: what was started ends, and commits do not wait for it any more when this
   * returns, if the server answers soon. Any thread may do so.
   */
  void release() {
    Thread watching = thread;
    if (watching == null) {
      return;
    }
    thread = null;
    boolean interrupted = Thread.interrupted(); // the receiver's thread is, and this takes a moment
    watching.interrupt();
    try {
      Connection present = session;
      if (present != null) {
        present.abort(Runnable::run); // it may wait for a server that does not answer
      }
      if (watching.join(LONGEST_GOODBYE)) {
        disconnect();
        leaveIfHeld();
      }
    } catch (SQLException e) {
      listener.troubled(ServerErrorException.of(server.describe(), e));
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Nothing waits for the receiver any more, if the server answers; the session ends. That this
   * process wanted it counts too: the server may not have taken it up yet.
   *
   * @return whether it is so
   */
  boolean leaveIfHeld() {
    try {
      Seen seen = see();
      if (seen.written() != null && (held || isNamedBy(seen.names()))) {
        leave();
        held = false;
        listener.synchronous(false, "the receiver ends");
      }
      return true;
    } catch (SQLException | HoldfastException e) {
      listener.troubled(failure(e));
      return false;
    } finally {
      disconnect();
    }
  }

  /** Ends the session; whether commits wait stays as it is. */
  @Override
  public void close() {
    disconnect();
  }
}
