package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.PostgresException;
import io.holdfast.postgres.ReplicationSession;
import io.holdfast.postgres.ServerErrorException;
import io.holdfast.postgres.TimelineEndedException;
import io.holdfast.postgres.WalStream;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.MalformedHistoryException;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
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

  /** Why the server does not keep what it should, if this side is why. */
  private String letGo = "";

  /** Where the server had no WAL any more, and how it said so. */
  private @Nullable Missing missing;

  private record Missing(
      WalIntake.Position at, ServerErrorException why, String server, Timeline timeline) {}

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
    this.members = new ClusterMembers(this.server, options, events);
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
      try {
        ClusterMembers.Primary primary = members.openPrimary();
        askServer.ask(primary.settings());
        try (ReplicationSession session = primary.session()) {
          beginWatch(primary.settings());
          receiveIn(session);
        }
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
      letGo = "; its slot had been dropped, since the spool was full and nothing could be stored";
      own.intake()
          .position()
          .ifPresent(position -> events.released(position.lsn(), kept.getAsLong()));
    } catch (PostgresException e) {
      events.troubled(e);
    }
  }

  /** Until the session fails. */
  private void receiveIn(ReplicationSession session) throws InterruptedException {
    LogSpool own = spoolOf(session);
    warnOfSynchronous(session);
    WalIntake intake = own.intake();
    ReplicationSession.Identity identity = session.identify();
    Timeline received =
        intake.position().map(WalIntake.Position::timeline).orElse(identity.timeline());
    if (identity.timeline().compareTo(received) < 0) {
      throw new OldPrimaryException(session.describe(), identity.timeline(), received);
    }
    Kept kept = kept(session);
    WalIntake.Position from =
        intake
            .position()
            .or(() -> endOfArchive(own))
            .orElseGet(() -> new WalIntake.Position(kept.timeline(), startOfSegment(kept.from())));
    Missing lost = missing;
    if (lost != null
        && lost.at().equals(from)
        && lost.server().equals(session.describe())
        && lost.timeline().equals(identity.timeline())) {
      from = behindGap(session, own, kept, lost);
    }
    from = onWay(session, own, identity.timeline(), from);
    while (true) {
      intake.begin(from);
      try {
        from = stream(session, own, from);
      } catch (ServerErrorException e) {
        missing =
            e.sqlState().equals(NO_SUCH_FILE)
                ? new Missing(from, e, session.describe(), identity.timeline())
                : null;
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

  /** What the slot keeps on the server. */
  private record Kept(Timeline timeline, Lsn from) {}

  /** The slot is made if there is none, and made anew if the server has given it up. */
  private Kept kept(ReplicationSession session) {
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
    return new Kept(
        timeline == null ? identity.timeline() : timeline,
        restart == null ? identity.flushed() : restart);
  }

  /** The start of the segment in which the newest timeline ends that is stored. */
  private static Optional<WalIntake.Position> endOfArchive(LogSpool own) {
    int segmentSize = own.format().segmentSize();
    Map<Timeline, List<LsnRange>> stored = ArchivedLog.coverage(own.archive(), new ArrayList<>());
    return stored.keySet().stream()
        .max(Comparator.naturalOrder())
        .map(
            newest -> {
              Lsn end = stored.getOrDefault(newest, List.of()).getLast().to();
              return new WalIntake.Position(newest, new Lsn(end.value() & -(long) segmentSize));
            });
  }

  private Lsn startOfSegment(Lsn position) {
    LogSpool own = spool;
    if (own == null) {
      throw new IllegalStateException("no session yet");
    }
    return new Lsn(position.value() & -(long) own.format().segmentSize());
  }

  /** Goes on where the slot begins; what lies between is lost. */
  private WalIntake.Position behindGap(
      ReplicationSession session, LogSpool own, Kept kept, Missing lost)
      throws InterruptedException {
    Lsn from = startOfSegment(kept.from());
    if (!lost.at().lsn().isBefore(from)) {
      return lost.at(); // the slot keeps it, the server says: tried again, and told again
    }
    WalIntake.Position next = new WalIntake.Position(kept.timeline(), from);
    WalIntake.Position reached = members.repair(session, own, lost.at(), next);
    if (reached.equals(next)) {
      return next;
    }
    String why = lost.why().getMessage() + letGo;
    own.intake().endBeforeGap(next, why);
    letGo = "";
    events.gap(new LsnRange(reached.lsn(), from), why);
    return next;
  }

  /**
   * Leads what was received so far to the timeline that the server is on. What was received of a
   * timeline behind the point where the server left it, its old primary wrote; it stays.
   */
  private WalIntake.Position onWay(
      ReplicationSession session, LogSpool own, Timeline now, WalIntake.Position from) {
    if (now.equals(from.timeline())) {
      giveHistoryIfThere(session, own, now);
      return from;
    }
    if (now.compareTo(from.timeline()) < 0) {
      throw new OldPrimaryException(session.describe(), now, from.timeline());
    }
    TimelineHistory history = giveHistory(session, own, now);
    List<TimelineHistory.Part> parts = history.parts();
    for (int i = 0; i < parts.size() - 1; i++) {
      TimelineHistory.Part part = parts.get(i);
      if (part.timeline().compareTo(from.timeline()) >= 0) {
        giveHistoryIfThere(session, own, part.timeline());
      }
      if (part.timeline().compareTo(from.timeline()) > 0) { // the way does not go over that one
        return leave(own, new WalIntake.Position(part.timeline(), startOfSegment(part.from())));
      }
      if (part.timeline().equals(from.timeline())) {
        Lsn left = parts.get(i + 1).from();
        if (!left.isBefore(from.lsn())) {
          return from;
        }
        return leave(
            own, new WalIntake.Position(parts.get(i + 1).timeline(), startOfSegment(left)));
      }
    }
    return leave(own, new WalIntake.Position(now, startOfSegment(parts.getLast().from())));
  }

  private static WalIntake.Position leave(LogSpool own, WalIntake.Position next) {
    own.intake().end(next);
    return next;
  }

  /** A standby that became primary has no histories of timelines before it was made. */
  private void giveHistoryIfThere(ReplicationSession session, LogSpool own, Timeline timeline) {
    try {
      giveHistory(session, own, timeline);
    } catch (ServerErrorException e) {
      if (!e.sqlState().equals(NO_SUCH_FILE)) {
        throw e;
      }
      events.warned(String.valueOf(e.getMessage()));
    }
  }

  /** Has the history of a timeline stored, before any segment of it is. */
  private static TimelineHistory giveHistory(
      ReplicationSession session, LogSpool own, Timeline timeline) {
    if (timeline.id() == 1) {
      return TimelineHistory.ofFirst(timeline);
    }
    byte[] file = session.timelineHistory(timeline);
    own.intake().history(timeline, file);
    try {
      return TimelineHistory.parse(timeline, file);
    } catch (MalformedHistoryException e) {
      throw new OldPrimaryException(session.describe(), e);
    }
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
      giveHistory(session, own, after.timeline());
      return leave(
          own, new WalIntake.Position(after.timeline(), startOfSegment(after.switchedAt())));
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
        missing = null;
        letGo = "";
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
