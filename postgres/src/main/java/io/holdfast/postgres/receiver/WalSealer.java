package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.UnsupportedFormatException;
import io.holdfast.repository.UnusableObjectException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalArchives;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.HoldfastException;
import io.holdfast.storage.ObjectNotFoundException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stores what the spool holds: each segment when no more of it will come, and of the one that is
 * being received, from time to time, what is new. What cannot be stored is tried again and again;
 * it stays in the spool meanwhile. For one thread.
 */
final class WalSealer {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** How long the server's mark may take to come in. */
  private static final Duration MARK_LIMIT = Duration.ofSeconds(2);

  private final WalFormat format;
  private final WalArchives archives;
  private final WalArchive archive;
  private final WalSpool spool;
  private final ReceivedWal received;
  private final ServerMark server;
  private final Duration interval;
  private final Clock clock;
  private final ReceiverEvents events;
  private final PeriodRecorder periods;

  /** Stored, but a record that starts in it goes on in the next. */
  private final Deque<ReceivedWal.Segment> stored = new ArrayDeque<>();

  private boolean logIsKnown;
  private @Nullable WalSegmentName current;
  private int sealedTo;
  private CommitFollower follower;
  private ServerMark.@Nullable Mark mark;

  /** The time of the latest mark that was reached on this timeline. */
  private @Nullable Instant complete;

  private long lastSeal = System.nanoTime();

  WalSealer(
      WalFormat format,
      WalArchives archives,
      WalArchive archive,
      WalSpool spool,
      ReceivedWal received,
      ServerMark server,
      Duration interval,
      Clock clock,
      ReceiverEvents events,
      PeriodRecorder periods) {
    this.format = format;
    this.archives = archives;
    this.archive = archive;
    this.spool = spool;
    this.received = received;
    this.server = server;
    this.interval = interval;
    this.clock = clock;
    this.events = events;
    this.periods = periods;
    this.follower = new CommitFollower(format, Lsn.NONE);
  }

  /**
   * Goes on until nothing more is received; then stores the rest, unless that fails.
   *
   * @return whether it did not fail
   */
  boolean run() throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      try {
        boolean more = step();
        pause = FIRST_PAUSE;
        if (!more) {
          return true;
        }
      } catch (HoldfastException e) {
        events.troubled(e);
        if (received.isClosed()) {
          return false;
        }
        received.awaitClosed(pause);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      }
    }
  }

  /** Waits for something to do, and does it; returns whether there may be more. */
  private boolean step() throws InterruptedException {
    boolean closed = received.isClosed();
    long left = interval.toNanos() - (System.nanoTime() - lastSeal);
    received.awaitEnded(Duration.ofNanos(Math.max(0, left)));
    ReceivedWal.Segment first = received.first();
    if (first != null && !logIsKnown) {
      archives.create(archive.log());
      logIsKnown = true;
    }
    storeHistories();
    recordGaps();
    if (first != null) {
      enter(first);
      if (first.ended()) {
        storeEnded(first);
        if (periods.isDue()) {
          recordPeriod();
        }
        return true;
      }
    }
    if (closed || System.nanoTime() - lastSeal >= interval.toNanos()) {
      if (first != null && first.length() > sealedTo) {
        sealRunning(first);
      }
      lastSeal = System.nanoTime();
      if (periods.isDue() || (closed && periods.isNew())) {
        recordPeriod();
      }
    }
    return !closed;
  }

  /**
   * Also where nothing new came in, if the server says so: one that is behind what is stored has
   * another history, whatever it is.
   */
  private void recordPeriod() {
    Optional<ServerMark.Mark> now = server.ask();
    boolean isAllStored =
        now.isPresent()
            && isOfTheLog(now.get(), periods.timeline())
            && periods.end().equals(now.get().position());
    if (isAllStored) {
      complete = now.get().time();
    }
    if (isAllStored || periods.isNew()) {
      periods.record(complete);
    }
  }

  private boolean isOfTheLog(ServerMark.Mark mark, @Nullable Timeline timeline) {
    return mark.system().equals(format.system()) && mark.timeline().equals(timeline);
  }

  private void storeHistories() {
    for (ReceivedWal.History history = received.history();
        history != null;
        history = received.history()) {
      archive.putHistory(history.timeline().id(), history.content());
      spool.removeHistory(history);
      received.removeHistory();
    }
  }

  private void recordGaps() {
    for (ReceivedWal.Gap gap = received.gap(); gap != null; gap = received.gap()) {
      archives.create(archive.log());
      periods.recordGap(gap);
      spool.removeGap(gap);
      received.removeGap();
    }
  }

  /** Finds out what an earlier process has stored of a segment that is new to this one. */
  private void enter(ReceivedWal.Segment segment) {
    WalSegmentName name = segment.name();
    WalSegmentName before = current;
    if (name.equals(before)) {
      return;
    }
    sealedTo = storedOf(segment);
    boolean follows =
        before != null && before.next().equals(name) && periods.end().equals(name.start());
    if (!follows) {
      complete = null;
      periods.begin(name.timeline(), name.start().plus(sealedTo));
      forget();
      follower = new CommitFollower(format, name.start());
    }
    current = name;
  }

  private void forget() {
    while (!stored.isEmpty()) {
      spool.remove(stored.getFirst().name());
      stored.removeFirst();
    }
  }

  /**
   * Up to where the bytes of a segment are stored. What a name tells is compared: another server
   * may have stored something else.
   */
  private int storedOf(ReceivedWal.Segment segment) {
    List<WalPiece> pieces;
    try (Stream<WalArchive.StoredPiece> all = archive.piecesOf(segment.name().toString())) {
      pieces =
          all.map(WalArchive.StoredPiece::piece)
              .sorted(Comparator.comparingInt(WalPiece::from))
              .toList();
    }
    int to = 0;
    for (WalPiece piece : pieces) {
      if (piece.from() <= to && piece.to() > to && piece.to() <= segment.length()) {
        to = isStored(segment.name(), piece) ? piece.to() : to;
      }
    }
    return to;
  }

  private boolean isStored(WalSegmentName name, WalPiece piece) {
    byte[] own = spool.read(name, piece.from(), piece.length());
    try {
      if (Arrays.equals(own, archive.read(piece))) {
        return true;
      }
      events.conflict(name);
    } catch (UnusableObjectException | UnsupportedFormatException | ObjectNotFoundException e) {
      events.warned(String.valueOf(e.getMessage()));
    }
    return false;
  }

  private void storeEnded(ReceivedWal.Segment segment) {
    follow(segment);
    int length = Math.toIntExact(segment.length());
    store(segment.name(), length == format.segmentSize() ? 0 : Math.min(sealedTo, length), length);
    stored.addLast(segment);
    received.removeFirst();
    while (!stored.isEmpty() && !isNeeded(stored.getFirst())) {
      spool.remove(stored.getFirst().name());
      stored.removeFirst();
    }
    stored(segment);
  }

  private void stored(ReceivedWal.Segment segment) {
    periods.storedTo(segment.end());
    events.stored(segment.name().timeline(), segment.end());
  }

  private boolean isNeeded(ReceivedWal.Segment segment) {
    boolean full = segment.length() == format.segmentSize();
    return full && follower.position().isBefore(segment.end());
  }

  private void sealRunning(ReceivedWal.Segment first) throws InterruptedException {
    Optional<ServerMark.Mark> now = server.ask();
    if (now.isPresent()
        && isOfTheLog(now.get(), first.name().timeline())
        && !now.get().position().isBefore(first.end())) {
      received.awaitFlushed(now.get().position(), MARK_LIMIT);
      mark = now.get();
    }
    ReceivedWal.Segment grown = received.first();
    ReceivedWal.Segment segment =
        grown != null && grown.name().equals(first.name()) ? grown : first;
    follow(segment);
    int to = Math.toIntExact(segment.length());
    store(segment.name(), sealedTo, to);
    sealedTo = to;
    stored(segment);
  }

  private void store(WalSegmentName name, int from, int to) {
    Storing storing = new Storing(name);
    for (int at = from; at < to; at += WalArchive.MAX_PIECE) {
      int length = Math.min(WalArchive.MAX_PIECE, to - at);
      archive.store(name.toString(), at, spool.read(name, at, length), 0, length, storing);
    }
  }

  /** Tells what is known of the pieces of a segment, and passes on what comes of them. */
  private final class Storing implements WalArchive.Storing {
    private final WalSegmentName name;

    Storing(WalSegmentName name) {
      this.name = name;
    }

    @Override
    public WalNote note(int from, int length) {
      return WalSealer.this.note(name, from, length);
    }

    @Override
    public void stored(WalArchive.Stored put) {
      periods.stored(put);
      if (!put.others().isEmpty()) {
        events.conflict(name);
      }
    }

    @Override
    public void damaged(HoldfastException why) {
      events.warned(why.getMessage() + "; the same bytes are stored again");
    }
  }

  private WalNote note(WalSegmentName name, int from, int length) {
    Lsn end = name.start().plus(from).plus(length);
    ServerMark.Mark known = mark;
    if (known != null
        && known.timeline().equals(name.timeline())
        && !end.isBefore(known.position())) {
      complete = known.time();
    }
    return new WalNote(clock.instant(), follower.lastCommitBefore(end), complete);
  }

  private void follow(ReceivedWal.Segment upTo) {
    if (!isThere(follower.position(), upTo)) { // a gap lies between, or it was ended amid a record
      follower = new CommitFollower(format, upTo.name().start());
    }
    EndOfWal end = follower.advance(number -> open(number, upTo));
    boolean full = upTo.length() == format.segmentSize();
    boolean isShort =
        full && end.found() != EndOfWal.Found.NO_SEGMENT && end.position().isBefore(upTo.end());
    if (end.found() == EndOfWal.Found.NO_RECORD || isShort) {
      events.damaged(upTo.name(), end);
      follower = new CommitFollower(format, upTo.name().end());
    }
  }

  private boolean isThere(Lsn position, ReceivedWal.Segment upTo) {
    long number = Long.divideUnsigned(position.value(), format.segmentSize());
    return number == upTo.name().number()
        || position.equals(upTo.name().end())
        || stored.stream().anyMatch(segment -> segment.name().number() == number);
  }

  private Optional<InputStream> open(long number, ReceivedWal.Segment upTo) {
    if (upTo.name().number() == number) {
      return Optional.of(stream(upTo));
    }
    return stored.stream()
        .filter(segment -> segment.name().number() == number)
        .findFirst()
        .map(this::stream);
  }

  private InputStream stream(ReceivedWal.Segment segment) {
    return new SpooledBytes(spool, segment.name(), segment.length());
  }
}
