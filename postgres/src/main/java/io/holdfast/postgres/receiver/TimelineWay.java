package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ReplicationSession;
import io.holdfast.postgres.ServerErrorException;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.MalformedHistoryException;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalFormat;
import java.util.ArrayList;
import java.util.List;

/** Leads what is received from timeline to timeline, and has their histories stored. */
final class TimelineWay {
  private final ReceiverEvents events;

  TimelineWay(ReceiverEvents events) {
    this.events = events;
  }

  /**
   * A part of the way that lies on one timeline.
   *
   * @param from where what belongs to it begins: where a timeline begins amid a segment, that
   *     segment's start, since its first file has what the one before wrote there
   */
  record Stretch(Timeline timeline, Lsn from, Lsn to) {}

  /**
   * Leads what was received so far to the timeline that the server is on. What was received of a
   * timeline behind the point where the server left it, its old primary wrote; it stays.
   *
   * @return where to go on
   */
  WalIntake.Position follow(
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
        return leave(own, part.timeline(), part.from());
      }
      if (part.timeline().equals(from.timeline())) {
        Lsn left = parts.get(i + 1).from();
        return left.isBefore(from.lsn()) ? leave(own, parts.get(i + 1).timeline(), left) : from;
      }
    }
    return leave(own, now, parts.getLast().from());
  }

  /** The way of a server's log between two positions on it, in order. */
  List<Stretch> between(
      ReplicationSession session, LogSpool own, WalIntake.Position from, WalIntake.Position to) {
    if (from.timeline().equals(to.timeline())) {
      return List.of(new Stretch(from.timeline(), from.lsn(), to.lsn()));
    }
    List<Stretch> way = new ArrayList<>();
    for (TimelineHistory.Part part :
        giveHistory(session, own, session.identify().timeline()).parts()) {
      if (part.timeline().compareTo(from.timeline()) >= 0
          && part.timeline().compareTo(to.timeline()) <= 0) {
        Lsn begin = way.isEmpty() ? from.lsn() : startOfSegment(own.format(), part.from());
        Lsn left = part.to();
        if (left == null || part.timeline().equals(to.timeline())) {
          left = to.lsn();
        }
        way.add(new Stretch(part.timeline(), begin, left));
      }
    }
    return way;
  }

  /** Goes on with the next timeline: from the start of the segment in which it begins. */
  WalIntake.Position leave(LogSpool own, Timeline next, Lsn switchedAt) {
    WalIntake.Position then =
        new WalIntake.Position(next, startOfSegment(own.format(), switchedAt));
    own.intake().end(then);
    return then;
  }

  static Lsn startOfSegment(WalFormat format, Lsn position) {
    return new Lsn(position.value() & -(long) format.segmentSize());
  }

  /** A standby that became primary has no histories of timelines before it was made. */
  void giveHistoryIfThere(ReplicationSession session, LogSpool own, Timeline timeline) {
    try {
      giveHistory(session, own, timeline);
    } catch (ServerErrorException e) {
      if (!e.sqlState().equals(WalReceiver.NO_SUCH_FILE)) {
        throw e;
      }
      events.warned(String.valueOf(e.getMessage()));
    }
  }

  /** Has the history of a timeline stored, before any segment of it is. */
  TimelineHistory giveHistory(ReplicationSession session, LogSpool own, Timeline timeline) {
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
}
