package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.PostgresException;
import io.holdfast.postgres.ReplicationSession;
import io.holdfast.postgres.ServerErrorException;
import io.holdfast.postgres.TimelineEndedException;
import io.holdfast.postgres.WalStream;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalFormat;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one cluster, as far as the configuration names them: finds the primary among them,
 * and gets from the others what it has no more. For one thread.
 */
final class ClusterMembers {
  private static final int BUFFER = 1 << 20;
  private static final Duration IDLE = Duration.ofSeconds(1);

  /** How long a member may send nothing of what it is asked for. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Tries to reach other members before what they may have is given up. */
  private static final int MOST_TRIES = 10;

  private final ConnectionSettings all;
  private final List<ConnectionSettings> members;
  private final WalReceiverOptions options;
  private final TimelineWay way;
  private final ReceiverEvents events;

  /** How often what is missing was asked for in vain, because some could not be reached. */
  private int tries;

  ClusterMembers(
      ConnectionSettings all, WalReceiverOptions options, TimelineWay way, ReceiverEvents events) {
    this.all = all;
    this.members = all.each();
    this.options = options;
    this.way = way;
    this.events = events;
  }

  /** A session with a server that WAL is received from; the caller closes it. */
  record Primary(ConnectionSettings settings, ReplicationSession session, Timeline timeline)
      implements AutoCloseable {
    @Override
    public void close() {
      session.close();
    }
  }

  /**
   * Opens a session with the one server, whatever it is; of several with the primary that came
   * last.
   *
   * @throws PostgresException if none lets this role in, or none is a primary
   */
  Primary openPrimary() {
    if (members.size() == 1) {
      return open(all);
    }
    Primary best = null;
    PostgresException failure = null;
    for (ConnectionSettings member : members) {
      try {
        best = newer(best, member);
      } catch (PostgresException e) {
        failure = e;
      } catch (RuntimeException e) {
        if (best != null) {
          best.session.close();
        }
        throw e;
      }
    }
    if (best != null) {
      return best;
    }
    throw failure != null ? failure : NoPrimaryException.among(all.describe());
  }

  private static Primary open(ConnectionSettings member) {
    ReplicationSession session = member.openReplication();
    try {
      return new Primary(member, session, session.identify().timeline());
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** The one that is known, or a member if it is a primary on a later timeline. */
  private static @Nullable Primary newer(@Nullable Primary known, ConnectionSettings member) {
    Primary other = open(member);
    if (other.session.isStandby()
        || (known != null && other.timeline.compareTo(known.timeline) <= 0)) {
      other.session.close();
      return known;
    }
    if (known != null) {
      known.session.close();
    }
    return other;
  }

  /**
   * Gets what the primary has no more from other members, as far as they have it.
   *
   * @param lacking the way that it lies on
   * @return how far that went
   * @throws PostgresException if one that may have it cannot be reached: it is to be tried again
   */
  WalIntake.Position repair(
      ReplicationSession primary,
      LogSpool own,
      WalIntake.Position from,
      List<TimelineWay.Stretch> lacking)
      throws InterruptedException {
    WalIntake.Position at = from;
    if (members.size() == 1) {
      return at;
    }
    for (TimelineWay.Stretch stretch : lacking) {
      if (!at.timeline().equals(stretch.timeline())) {
        way.giveHistoryIfThere(primary, own, stretch.timeline());
        at = way.leave(own, stretch.timeline(), stretch.from());
      }
      at = repair(primary, own, at, stretch.to());
      if (at.lsn().isBefore(stretch.to())) {
        break;
      }
    }
    return at;
  }

  /** On one timeline. */
  private WalIntake.Position repair(
      ReplicationSession primary, LogSpool own, WalIntake.Position from, Lsn to)
      throws InterruptedException {
    WalIntake.Position at = from;
    PostgresException unreachable = null;
    for (ConnectionSettings member : members) {
      if (!at.lsn().isBefore(to)) {
        break;
      }
      PostgresException failure = copy(member, primary, own, at, to);
      unreachable = failure == null ? unreachable : failure;
      at = own.intake().position().orElse(at);
    }
    if (at.lsn().isBefore(to) && unreachable != null && tries < MOST_TRIES) {
      tries++;
      throw unreachable; // it may have it, and the slot keeps what follows
    }
    tries = 0;
    return at;
  }

  /**
   * Where the primary has everything from, up to where its slot begins: it may have more than that
   * keeps, since it removes segments in their order, and only when it makes a checkpoint.
   *
   * @param lacking the way to the slot; the primary has said that the segment in which it begins is
   *     gone
   */
  static WalIntake.Position firstKept(
      Primary primary, WalFormat format, List<TimelineWay.Stretch> lacking)
      throws InterruptedException {
    TimelineWay.Stretch last = lacking.getLast();
    WalIntake.Position first = new WalIntake.Position(last.timeline(), last.to());
    for (TimelineWay.Stretch stretch : lacking.reversed()) {
      Lsn begin = TimelineWay.startOfSegment(format, stretch.from());
      if (stretch.equals(lacking.getFirst())) {
        begin = begin.plus(format.segmentSize());
      }
      Lsn kept = firstKept(primary, format, stretch, begin);
      if (kept.isBefore(stretch.to())) {
        first = new WalIntake.Position(stretch.timeline(), kept);
      }
      if (begin.isBefore(kept)) {
        break;
      }
    }
    return first;
  }

  /**
   * The first segment of a stretch that a server has, from one on; behind its end if it has none.
   */
  private static Lsn firstKept(
      Primary primary, WalFormat format, TimelineWay.Stretch stretch, Lsn begin)
      throws InterruptedException {
    long size = format.segmentSize();
    long gone = 0;
    long there = Math.max(0, Math.ceilDiv(stretch.to().minus(begin), size));
    while (gone < there) {
      long middle = (gone + there) / 2;
      Lsn segment = begin.plus(middle * size);
      if (mayHave(primary.settings(), new WalIntake.Position(stretch.timeline(), segment))) {
        there = middle;
      } else {
        gone = middle + 1;
      }
    }
    return begin.plus(there * size);
  }

  /** Whether a server does not say that it has removed what is at a position. */
  private static boolean mayHave(ConnectionSettings server, WalIntake.Position at)
      throws InterruptedException {
    try (ReplicationSession session = server.openReplication();
        WalStream wal = session.startReplication(at.lsn(), at.timeline())) {
      byte[] one = new byte[1];
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (wal.read(one, 0, 1, IDLE).isEmpty() && System.nanoTime() < until) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
      return true;
    } catch (ServerErrorException e) {
      if (!e.sqlState().equals(WalReceiver.NO_SUCH_FILE)) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Receives what a member has between two positions.
   *
   * @return why it could not be asked; null if it was
   */
  private @Nullable PostgresException copy(
      ConnectionSettings member,
      ReplicationSession primary,
      LogSpool own,
      WalIntake.Position from,
      Lsn to)
      throws InterruptedException {
    try (ReplicationSession session = member.openReplication()) {
      if (isSameLog(primary, session, own, from.timeline())) {
        copy(session, own, from, to);
      }
      return null;
    } catch (SpoolException e) {
      throw e;
    } catch (PostgresException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      boolean hasNot =
          e instanceof TimelineEndedException
              || (e instanceof ServerErrorException said
                  && said.sqlState().equals(WalReceiver.NO_SUCH_FILE));
      if (hasNot) {
        events.troubled(e);
      }
      return hasNot ? null : e;
    }
  }

  /** Whether a member wrote, or replayed, the same timeline as the primary. */
  private static boolean isSameLog(
      ReplicationSession primary, ReplicationSession member, LogSpool own, Timeline timeline) {
    return member.walFormat().equals(own.format())
        && (timeline.id() == 1
            || Arrays.equals(primary.timelineHistory(timeline), member.timelineHistory(timeline)));
  }

  private void copy(ReplicationSession session, LogSpool own, WalIntake.Position from, Lsn to)
      throws InterruptedException {
    byte[] buffer = new byte[BUFFER];
    try (WalStream wal = session.startReplication(from.lsn(), from.timeline())) {
      own.intake().begin(from);
      events.streaming(session.describe(), from.lsn());
      Lsn at = from.lsn();
      long heard = System.nanoTime();
      while (at.isBefore(to) && System.nanoTime() - heard < PATIENCE.toNanos()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        own.requireStoring();
        int wanted = (int) Math.min(buffer.length, to.minus(at));
        int count = wal.read(buffer, 0, wanted, IDLE).orElse(0);
        own.intake().write(buffer, 0, count);
        at = at.plus(count);
        heard = count > 0 ? System.nanoTime() : heard;
        if (own.received().bytes() >= options.spoolBytes()) {
          throw SpoolException.full(options.spool(), options.spoolBytes());
        }
      }
    } finally {
      own.intake().flushIfBegun();
    }
  }
}
