package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalPageCheck;
import io.holdfast.postgres.wal.WalSegmentName;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is received into the spool, segment by segment, and says what is durable there. For
 * one thread.
 */
final class WalIntake implements AutoCloseable {
  /** Of the first page of a segment (SizeOfXLogLongPHD in xlog_internal.h). */
  private static final int FIRST_HEADER = 40;

  private final WalSpool spool;
  private final WalFormat format;
  private final ReceivedWal received;
  private @Nullable Running running;
  private @Nullable Position next;

  /** Whether the file of the segment at {@link #next} may be longer than what counts of it. */
  private boolean uncut;

  /** How much of that segment was certainly made durable. */
  private long certain;

  /** The segment that is being written. */
  private static final class Running {
    final WalSegmentName name;
    final WalSpool.Writer writer;

    /** How much of it was made durable. */
    long durable;

    Running(WalSegmentName name, WalSpool.Writer writer, long durable) {
      this.name = name;
      this.writer = writer;
      this.durable = durable;
    }

    Position position(long length) {
      return new Position(name.timeline(), name.start().plus(length));
    }
  }

  /** Where the next byte belongs. */
  record Position(Timeline timeline, Lsn lsn) {}

  /** Takes up what an earlier process left in the spool; all of that waits to be stored. */
  WalIntake(WalSpool spool, WalFormat format, ReceivedWal received) {
    this.spool = spool;
    this.format = format;
    this.received = received;
    spool.histories().forEach(received::add);
    spool.gaps().forEach(received::add);
    List<WalSpool.Spooled> left = spool.list();
    left.forEach(this::requireOwn);
    for (WalSpool.Spooled segment : left.subList(0, Math.max(0, left.size() - 1))) {
      received.flushed(segment.name(), segment.length(), true);
    }
    if (!left.isEmpty()) {
      resume(left);
    }
  }

  /** The first page tells of which log it is; a crash may have left zeros in the last one. */
  private void requireOwn(WalSpool.Spooled segment) {
    int length = (int) Math.min(segment.length(), format.pageSize());
    if (length < FIRST_HEADER) {
      return;
    }
    byte[] page = Arrays.copyOf(spool.read(segment.name(), 0, length), format.pageSize());
    byte[] zeros = new byte[FIRST_HEADER];
    if (!Arrays.equals(page, 0, FIRST_HEADER, zeros, 0, FIRST_HEADER)
        && new WalPageCheck(format, segment.name()).fault(page).isPresent()) {
      throw spool.stranger(segment.name());
    }
  }

  private void resume(List<WalSpool.Spooled> left) {
    WalSpool.Spooled last = left.getLast();
    certain = spool.durable(last);
    long good = Math.max(certain, wholeRecords(left));
    next = new Position(last.name().timeline(), last.name().start().plus(good));
    if (good == format.segmentSize()) {
      spool.rewrite(last.name(), certain, good);
      received.flushed(last.name(), good, true);
    } else {
      uncut = true;
      received.flushed(last.name(), good, false);
    }
  }

  /**
   * Where in the last segment the records end whose check sums are right. What goes on there of a
   * record that began in a segment that is gone has none; it counts if a whole record follows it.
   */
  private long wholeRecords(List<WalSpool.Spooled> left) {
    WalSpool.Spooled last = left.getLast();
    int first = left.size() - 1;
    while (first > 0
        && left.get(first - 1).length() == format.segmentSize()
        && left.get(first - 1).name().next().equals(left.get(first).name())) {
      first--;
    }
    List<WalSpool.Spooled> run = left.subList(first, left.size());
    CommitFollower records = new CommitFollower(format, run.getFirst().name().start());
    records.advance(
        number ->
            run.stream()
                .filter(segment -> segment.name().number() == number)
                .findFirst()
                .map(segment -> new SpooledBytes(spool, segment.name(), segment.length())));
    if (!records.hasRead() && startsAmidRecord(last)) {
      return 0;
    }
    long end = records.position().minus(last.name().start());
    return end > last.length() ? 0 : Math.max(0, end); // behind the file: it was a switch
  }

  /** XLP_FIRST_IS_CONTRECORD in the header of the first page (xlog_internal.h). */
  private boolean startsAmidRecord(WalSpool.Spooled segment) {
    return segment.length() >= 4 && (spool.read(segment.name(), 2, 1)[0] & 1) != 0;
  }

  /** Where to go on; nothing if nothing was ever received. */
  Optional<Position> position() {
    return Optional.ofNullable(running == null ? next : running.position(running.writer.length()));
  }

  /**
   * Goes on at a position: where it is, or at the start of a segment, after {@link #end}.
   *
   * @throws IllegalArgumentException if neither is so
   */
  void begin(Position at) {
    Running now = running;
    if (now == null) {
      open(at);
    } else if (!now.position(now.writer.length()).equals(at)) {
      throw new IllegalArgumentException("not at " + at + " but in " + now.name);
    }
  }

  private void open(Position at) {
    long length = offset(at);
    open(at, uncut ? Math.min(certain, length) : length);
  }

  /**
   * @param durable how much of the segment certainly is; what follows is written once more, since a
   *     sync that failed before would succeed now without it
   */
  private void open(Position at, long durable) {
    WalSegmentName name = WalSegmentName.containing(at.timeline(), at.lsn(), format.segmentSize());
    running = new Running(name, spool.write(name, offset(at), durable), durable);
    uncut = false;
    flush();
  }

  private long offset(Position at) {
    return at.lsn().value() & (format.segmentSize() - 1);
  }

  /** Has the history of a timeline stored, before its first segment is. */
  void history(Timeline timeline, byte[] content) {
    spool.putHistory(timeline, content);
    received.add(new ReceivedWal.History(timeline, content));
  }

  /**
   * Ends the segment that is being written, and goes on behind a gap, which is recorded.
   *
   * @param then where to go on
   */
  void endBeforeGap(Position then, String reason) {
    end(then);
    ReceivedWal.Gap gap = new ReceivedWal.Gap(then.timeline(), then.lsn(), reason);
    spool.putGap(gap);
    received.add(gap);
  }

  /** Adds bytes that follow; those of a full segment are durable when this returns. */
  void write(byte[] bytes, int offset, int length) {
    int done = 0;
    while (done < length) {
      Running now = current();
      int part = (int) Math.min(length - done, format.segmentSize() - now.writer.length());
      now.writer.write(bytes, offset + done, part);
      done += part;
      if (now.writer.length() == format.segmentSize()) {
        end(new Position(now.name.timeline(), now.name.end()));
        open(new Position(now.name.timeline(), now.name.end()));
      }
    }
  }

  /** Bytes of the running segment that are not durable yet. */
  long unflushed() {
    Running now = current();
    return now.writer.length() - now.durable;
  }

  /**
   * Makes all durable, and returns the position behind it. When that fails, what was not durable
   * before is received again: a second try would succeed without having written anything.
   */
  Lsn flush() {
    Running now = current();
    try {
      now.writer.sync();
    } catch (SpoolException e) {
      next = now.position(now.durable);
      certain = now.durable;
      uncut = true;
      running = null;
      now.writer.close();
      throw e;
    }
    now.durable = now.writer.length();
    received.flushed(now.name, now.durable, false);
    return now.position(now.durable).lsn();
  }

  /**
   * Ends the segment that is being written where it is: no more of it will come.
   *
   * @param then where to go on
   */
  void end(Position then) {
    if (uncut && next != null) {
      open(next); // cuts off what a crash left behind it
    }
    if (running != null) {
      flush();
      closeWriter();
    }
    next = then;
    received.endLast();
  }

  private Running current() {
    Running now = running;
    if (now == null) {
      throw new IllegalStateException("it has not begun");
    }
    return now;
  }

  private void closeWriter() {
    if (running != null) {
      next = running.position(running.durable);
      running.writer.close();
      running = null;
    }
  }

  /** Makes all durable, as far as something was begun: its server is away. */
  void flushIfBegun() {
    if (running != null) {
      flush();
    }
  }

  /** What was received is durable and waits to be stored; the segment goes on another time. */
  @Override
  public void close() {
    flushIfBegun();
    closeWriter();
  }
}
