package io.holdfast.postgres.receiver;

import io.holdfast.postgres.PostgresException;
import io.holdfast.postgres.ReplicationSession;
import io.holdfast.postgres.ServerErrorException;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server says it has no more of what is to be received next: got from other members of its
 * cluster, and what none of them has is told as a gap. For one thread.
 */
final class MissingLog {
  private static final int MOST_SEARCHES = 3;

  private final ClusterMembers members;
  private final TimelineWay way;
  private final ReceiverEvents events;
  private @Nullable Missing missing;

  /** How often the server did not say what it still has: it may let in no second session. */
  private int searches;

  /** Why the server does not keep what it should, if this side is why. */
  private String letGo = "";

  MissingLog(ClusterMembers members, TimelineWay way, ReceiverEvents events) {
    this.members = members;
    this.way = way;
    this.events = events;
  }

  private record Missing(
      WalIntake.Position at, ServerErrorException why, String server, Timeline timeline) {
    boolean isAgain(WalIntake.Position from, String described, Timeline now) {
      return at.equals(from) && server.equals(described) && timeline.equals(now);
    }
  }

  /** A server failed at a position. */
  void failed(
      WalIntake.Position at, ServerErrorException why, ReplicationSession session, Timeline now) {
    missing =
        why.sqlState().equals(WalReceiver.NO_SUCH_FILE)
            ? new Missing(at, why, session.describe(), now)
            : null;
  }

  /** Something came in. */
  void clear() {
    missing = null;
    letGo = "";
  }

  /** This side had the server keep nothing any more. */
  void letGo(String because) {
    letGo = because;
  }

  /**
   * If the server has said that it has nothing from here on, goes on where it has.
   *
   * @param slot what its slot keeps begins there
   * @return where to go on
   */
  WalIntake.Position goOn(
      ClusterMembers.Primary primary,
      LogSpool own,
      WalIntake.Position from,
      WalIntake.Position slot)
      throws InterruptedException {
    ReplicationSession session = primary.session();
    Missing lost = missing;
    if (lost == null
        || !lost.isAgain(from, session.describe(), primary.timeline())
        || !from.lsn().isBefore(slot.lsn())) { // the slot keeps it, the server says: told again
      return from;
    }
    List<TimelineWay.Stretch> lacking = way.between(session, own, from, slot);
    WalIntake.Position reached = members.repair(session, own, from, lacking);
    if (!reached.equals(from)) {
      return reached; // the primary may have what comes next
    }
    WalIntake.Position next = firstKept(primary, own, lacking, slot);
    String why = lost.why().getMessage() + letGo;
    own.intake().endBeforeGap(next, why);
    letGo = "";
    if (from.lsn().isBefore(next.lsn())) { // not so where a timeline begins in the same segment
      events.gap(new LsnRange(from.lsn(), next.lsn()), why);
    }
    return next;
  }

  /** Where the primary has all; if it does not answer again and again, where its slot begins. */
  private WalIntake.Position firstKept(
      ClusterMembers.Primary primary,
      LogSpool own,
      List<TimelineWay.Stretch> lacking,
      WalIntake.Position slot)
      throws InterruptedException {
    try {
      WalIntake.Position first = ClusterMembers.firstKept(primary, own.format(), lacking);
      searches = 0;
      return first;
    } catch (PostgresException e) {
      if (searches < MOST_SEARCHES) {
        searches++;
        throw e;
      }
      searches = 0;
      events.troubled(e);
      return slot;
    }
  }
}
