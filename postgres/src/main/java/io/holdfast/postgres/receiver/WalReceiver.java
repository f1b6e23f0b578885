package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.PostgresException;
import io.holdfast.postgres.ReplicationSession;
import io.holdfast.postgres.ServerErrorException;
import io.holdfast.postgres.TimelineEndedException;
import io.holdfast.postgres.WalStream;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.window.ArchivedLog;
import io.holdfast.repository.WalArchives;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.HoldfastException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Receives the WAL of one cluster as it is written, makes it durable in a spool, tells the server
 * so, and stores it in a repository. A slot keeps on the server what this side does not have yet.
 * It goes on where it was, whichever side was away, and follows promotions. What the server is told
 * never waits for the repository.
 */
public final class WalReceiver {
  /** SQLSTATE undefined_file: the server has removed what it is asked for. */
  static final String NO_SUCH_FILE = "58P01";

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofSeconds(1);

  private static final int BUFFER = 1 << 20;

  private final ConnectionSettings server;
  private final WalArchives archives;
  private final WalReceiverOptions options;
  private final ReceiverEvents events;
  private final AskServer askServer;
  private final ClusterMembers members;
  private final TimelineWay way;
  private final MissingLog missing;
  private final CommitWatchdog watchdog;

  /** Spools that earlier processes left, until it is known which one is of the server's cluster. */
  private final List<LogSpool> left = new ArrayList<>();

  private @Nullable LogSpool spool;

  /**
   * How much waited in the spool when it was full, and since when so much; kept from one session to
   * the next, since a spool whose disk is full looks as if it had room.
   */
  private long waiting = -1;

  private long waitingSince;

  /** Whether commits wait for a receiver that is not to be waited for any more. */
  private boolean mustLeave;

  private long lastTried = System.nanoTime() - LONGEST_PAUSE.toNanos();

  /** Reports to {@code events} what happens. */
  public WalReceiver(
      ConnectionSettings server,
      WalArchives archives,
      WalReceiverOptions options,
      ReceiverEvents events) {
    this.server =
        options.synchronous()
            ? server.withApplication(CommitWatchdog.nameOf(options.slot()))
            : server;
    this.archives = archives;
    this.options = options;
    this.events = events;
    this.askServer = new AskServer(server);
    this.way = new TimelineWay(events);
    this.members = new ClusterMembers(this.server, options, way, events);
    this.missing = new MissingLog(members, way, events);
    this.watchdog = new CommitWatchdog(server, options.slot(), options.stallLimit(), events);
  }

  /**
   * Receives until the thread is interrupted; then what is in the spool is stored, unless that
   * fails, and the thread is still interrupted when this returns. To be called once.
   *
   * @throws WrongClusterException if another cluster is there than was at the start
   * @throws SynchronousModeException if commits are to wait for it and the server does not allow
   *     that
   * @throws SpoolException if the spool cannot be used
   */
  public void run() {
    try {
      for (WalFormat format : LogSpool.left(options.spool())) {
        left.add(open(format));
      }
      receive();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      try {
        watchdog.release(); // before the receiver is gone
      } finally {
        closeSpools();
      }
    }
  }

  /** From the first session on, so that a receiver that may not be waited for never is. */
  private void beginWatch(ConnectionSettings primary) {
    watchdog.ask(primary.withApplication(ConnectionSettings.APPLICATION));
    if (options.synchronous() && !watchdog.hasStarted()) {
      watchdog.requireAllowed();
      watchdog.start();
    }
  }

  private LogSpool open(WalFormat format) {
    return LogSpool.open(format, options, archives, askServer, events);
  }

  private void closeSpools() {
    boolean interrupted = Thread.interrupted(); // to store what is left takes its time
    if (spool != null) {
      left.addFirst(spool);
    }
    try {
      closeFirst();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** All of them, also when one fails. */
  private void closeFirst() {
    if (!left.isEmpty()) {
      try (LogSpool _ = left.removeFirst()) {
        closeFirst();
      }
    }
  }

  private void receive() throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      long begun = System.nanoTime();
      boolean full = false;
      try (ClusterMembers.Primary primary = members.openPrimary()) {
        askServer.ask(primary.settings());
        beginWatch(primary.settings());
        receiveIn(primary);
      } catch (WrongClusterException | SynchronousModeException e) {
        throw e;
      } catch (HoldfastException e) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (e instanceof SpoolException) {
          full = e.category() == FailureCategory.FULL;
          if (!full) {
            throw e;
          }
        }
        events.troubled(e);
      }
      tidyUp();
      if (full) {
        awaitRoom();
      }
      boolean wasLong = System.nanoTime() - begun > LONGEST_PAUSE.toNanos();
      pause = wasLong ? FIRST_PAUSE : pause;
      Thread.sleep(pause);
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
  }

  private void tidyUp() throws InterruptedException {
    left.forEach(LogSpool::requireStoring);
    LogSpool own = spool;
    if (own == null) {
      return;
    }
    own.requireStoring();
    try {
      own.intake().flushIfBegun();
    } catch (SpoolException e) {
      if (e.category() != FailureCategory.FULL) {
        throw e;
      }
      events.troubled(e);
    }
  }

  /**
   * While the spool is full the server is left to keep what it writes, without a session; up to a
   * limit.
   */
  private void awaitRoom() throws InterruptedException {
    LogSpool own = spool;
    if (own == null) {
      return;
    }
    do {
      own.requireStoring();
      long now = System.nanoTime();
      if (own.received().bytes() != waiting) {
        waiting = own.received().bytes();
        waitingSince = now;
      } else if (now - waitingSince >= options.sealInterval().toNanos()) {
        protectServer(own); // the repository takes nothing
        waitingSince = now;
      }
    } while (!own.received().awaitRoom(options.spoolBytes(), IDLE));
  }

  /** Lets the server go before its disk fills up with what it keeps. */
  private void protectServer(LogSpool own) {
    OptionalLong kept = askServer.kept(options.slot());
    if (kept.isEmpty() || kept.getAsLong() <= options.serverBytes()) {
      return;
    }
    try (ReplicationSession session = server.openReplication()) {
      session.dropSlot(options.slot());
      missing.letGo(
          "; its slot had been dropped, since the spool was full and nothing could be stored");
      own.intake()
          .position()
          .ifPresent(position -> events.released(position.lsn(), kept.getAsLong()));
    } catch (PostgresException e) {
      events.troubled(e);
    }
  }

  /** Until the session fails. */
  private void receiveIn(ClusterMembers.Primary primary) throws InterruptedException {
    ReplicationSession session = primary.session();
    LogSpool own = spoolOf(session);
    warnOfSynchronous(session);
    WalIntake intake = own.intake();
    Timeline now = primary.timeline();
    Timeline received = intake.position().map(WalIntake.Position::timeline).orElse(now);
    if (now.compareTo(received) < 0) {
      throw new OldPrimaryException(session.describe(), now, received);
    }
    WalIntake.Position slot = kept(session, own);
    WalIntake.Position from = intake.position().or(() -> endOfArchive(own)).orElse(slot);
    from = missing.goOn(primary, own, from, slot);
    from = way.follow(session, own, now, from);
    while (true) {
      intake.begin(from);
      try {
        from = stream(session, own, from);
      } catch (ServerErrorException e) {
        missing.failed(from, e, session, now);
        throw e;
      }
    }
  }

  /** That of the cluster that the session is with; what was left of others ends there. */
  private LogSpool spoolOf(ReplicationSession session) {
    WalFormat format = session.walFormat();
    LogSpool own = spool;
    if (own != null) {
      if (!own.format().equals(format)) {
        throw new WrongClusterException(session.describe(), own.format(), format);
      }
      return own;
    }
    for (LogSpool other : left) {
      if (other.format().equals(format)) {
        own = other;
      } else {
        other.end();
      }
    }
    if (own == null) {
      own = open(format);
    }
    left.remove(own);
    spool = own;
    return own;
  }

  private void warnOfSynchronous(ReplicationSession session) {
    if (options.synchronous()) {
      return; // the watchdog does
    }
    String names = session.show("synchronous_standby_names");
    if (watchdog.isNamedBy(names)) {
      mustLeave = true; // an earlier process was to be waited for
    } else if (names.contains("*") || names.contains(ConnectionSettings.APPLICATION)) {
      events.warned(
          session.describe()
              + " counts this receiver as a synchronous standby (synchronous_standby_names is '"
              + names
              + "'): commits wait for its disk, and for ever when it is away");
    }
  }

  /**
   * Where the segment starts from which on the slot keeps what there is. The slot is made if there
   * is none, and made anew if the server has given it up.
   */
  private WalIntake.Position kept(ReplicationSession session, LogSpool own) {
    Optional<ReplicationSession.Slot> slot = session.slot(options.slot());
    if (slot.isPresent() && (slot.get().restart() == null || askServer.isLost(options.slot()))) {
      session.dropSlot(options.slot());
      slot = Optional.empty();
    }
    if (slot.isEmpty()) {
      session.createSlot(options.slot());
      slot = session.slot(options.slot());
    }
    ReplicationSession.Identity identity = session.identify();
    Lsn restart = slot.map(ReplicationSession.Slot::restart).orElse(null);
    Timeline timeline = slot.map(ReplicationSession.Slot::timeline).orElse(null);
    return new WalIntake.Position(
        timeline == null ? identity.timeline() : timeline,
        TimelineWay.startOfSegment(own.format(), restart == null ? identity.flushed() : restart));
  }

  /** The start of the segment in which the newest timeline ends that is stored. */
  private static Optional<WalIntake.Position> endOfArchive(LogSpool own) {
    Map<Timeline, List<LsnRange>> stored = ArchivedLog.coverage(own.archive());
    return stored.keySet().stream()
        .max(Comparator.naturalOrder())
        .map(
            newest -> {
              Lsn end = stored.getOrDefault(newest, List.of()).getLast().to();
              return new WalIntake.Position(newest, TimelineWay.startOfSegment(own.format(), end));
            });
  }

  /** Streams a timeline to its end, and returns where the next one goes on. */
  private WalIntake.Position stream(
      ReplicationSession session, LogSpool own, WalIntake.Position from)
      throws InterruptedException {
    try (WalStream wal = session.startReplication(options.slot(), from.lsn(), from.timeline())) {
      events.streaming(session.describe(), from.lsn());
      copy(wal, own);
      throw new IllegalStateException("a stream without end has ended");
    } catch (TimelineEndedException e) {
      TimelineEndedException.Next after = e.next().orElseThrow(() -> e);
      way.giveHistory(session, own, after.timeline());
      return way.leave(own, after.timeline(), after.switchedAt());
    }
  }

  private void leaveIfNeeded() {
    if (mustLeave && System.nanoTime() - lastTried >= LONGEST_PAUSE.toNanos()) {
      mustLeave = !watchdog.leaveIfHeld();
      lastTried = System.nanoTime();
    }
  }

  private void copy(WalStream wal, LogSpool own) throws InterruptedException {
    byte[] buffer = new byte[BUFFER];
    long flushAt = 0;
    boolean unflushed = false;
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      own.requireStoring();
      watchdog.requireWatching();
      leaveIfNeeded();
      Duration wait = unflushed ? Duration.ofNanos(Math.max(0, flushAt - System.nanoTime())) : IDLE;
      Optional<Integer> count = wal.read(buffer, 0, buffer.length, wait);
      if (count.isPresent()) {
        missing.clear();
        own.intake().write(buffer, 0, count.get());
        if (!unflushed) {
          unflushed = true;
          flushAt = System.nanoTime() + options.flushInterval().toNanos();
        }
        if (watchdog.isHeld() && (wal.isCaughtUp() || own.intake().unflushed() >= BUFFER)) {
          flushAt = System.nanoTime(); // a server sends at once all that it has written
        }
      }
      boolean full = own.received().bytes() >= options.spoolBytes();
      if (unflushed && (full || System.nanoTime() >= flushAt)) {
        wal.confirm(own.intake().flush());
        unflushed = false;
        waiting = full ? waiting : -1;
      }
      if (full) {
        throw SpoolException.full(options.spool(), options.spoolBytes());
      }
      if (!unflushed && wal.isCaughtUp()) {
        watchdog.caughtUp();
        if (watchdog.isHeld() && count.isEmpty()) {
          own.intake().position().ifPresent(at -> wal.confirm(at.lsn())); // it may not have counted
        }
      }
    }
  }
}
