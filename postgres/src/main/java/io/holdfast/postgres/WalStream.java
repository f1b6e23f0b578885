package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * WAL as it comes in over START_REPLICATION. One thread reads; a thread of its own tells the server
 * every few seconds that this client is alive, so that a reader that is held up by what it writes
 * to is not taken for dead. Close it before the session.
 *
 * <p>The server is told what was received, for which it waits when it is shut down, and what is
 * flushed only by {@link #confirm}. Where that is never called, the slot stays where it is, and
 * keeps the WAL until the session ends. One that reports it is a synchronous standby where
 * synchronous_standby_names fits, and commits wait for it (syncrep.c, SyncRepGetCandidateStandbys).
 */
public final class WalStream implements AutoCloseable {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  /** Microseconds from 1970 to 2000, where PostgreSQL's clock starts. */
  private static final long EPOCH_MICROS = 946_684_800_000_000L;

  private final ReplicationWire wire;
  private final Timeline timeline;
  private final Thread heartbeat;
  private volatile Lsn position;
  private volatile Lsn flushed = Lsn.NONE;
  private Lsn serverEnd = Lsn.NONE;
  private boolean inData;
  private long lastMessage = System.nanoTime();
  private boolean asked;

  private WalStream(ReplicationWire wire, Lsn from, Timeline timeline) {
    this.wire = wire;
    this.timeline = timeline;
    this.position = from;
    this.heartbeat = Thread.ofVirtual().name("wal-heartbeat").start(this::beat);
  }

  static WalStream begin(ReplicationWire wire, Lsn from, Timeline timeline) {
    char type = wire.nextMessage();
    if (type == 'T') {
      wire.readRest();
      TimelineEndedException ended =
          TimelineEndedException.of(wire.server(), timeline, from, wire.readRows());
      wire.finishCommand();
      throw ended;
    }
    if (type != 'W') {
      throw wire.unexpected(type);
    }
    wire.readRest();
    return new WalStream(wire, from, timeline);
  }

  /** The position of the next byte that {@link #read} gives. */
  public Lsn position() {
    return position;
  }

  /** Whether all was read that the server had when it last sent something. */
  public boolean isCaughtUp() {
    return !inData && !serverEnd.equals(Lsn.NONE) && !position.isBefore(serverEnd);
  }

  /**
   * Reads some bytes of WAL, without gaps.
   *
   * @param wait how long to wait for some; once they begin to arrive, the usual limits hold
   * @return how many, or nothing if none came in time
   * @throws TimelineEndedException if the server has left the timeline; then the session takes
   *     another command
   * @throws PostgresException if the server fails, or was silent for longer than it may
   */
  public Optional<Integer> read(byte[] buffer, int offset, int length, Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (!inData) {
      Duration left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
      if (wire.arrives(left)) {
        lastMessage = System.nanoTime();
        asked = false;
        acceptMessage();
      } else if (System.nanoTime() >= deadline) {
        requireSignOfLife();
        return Optional.empty();
      }
    }
    int n = wire.read(buffer, offset, length);
    position = position.plus(n);
    inData = wire.remaining() > 0;
    return Optional.of(n);
  }

  private void requireSignOfLife() {
    Duration silence = Duration.ofNanos(System.nanoTime() - lastMessage);
    if (silence.compareTo(wire.answerLimit()) > 0) {
      throw new ServerConnectionException(
          wire.server() + " sent no WAL and no sign of life for " + silence.toSeconds() + " s",
          null);
    }
    if (!asked && silence.compareTo(wire.answerLimit().dividedBy(2)) > 0) {
      asked = true;
      sendStatus(true);
    }
  }

  private void acceptMessage() {
    char type = wire.nextMessage();
    switch (type) {
      case 'd' -> acceptCopyData();
      case 'c' -> throw timelineEnded();
      case 'C' -> throw ServerConnectionException.shuttingDown(wire.server());
      default -> throw wire.unexpected(type);
    }
  }

  /** The server waits for this side to end the stream too, and tells what comes next. */
  private TimelineEndedException timelineEnded() {
    close();
    try {
      heartbeat.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return TimelineEndedException.of(wire.server(), timeline, position, List.of());
    }
    wire.sendCopyDone();
    TimelineEndedException ended =
        TimelineEndedException.of(wire.server(), timeline, position, wire.readResult());
    wire.finishCommand();
    return ended;
  }

  /**
   * Tells the server that all before a position is flushed on this side, and need not be kept for
   * it. Any thread may do so.
   */
  public void confirm(Lsn flushedTo) {
    flushed = flushedTo;
    sendStatus(false);
  }

  private void acceptCopyData() {
    int kind = wire.readByte();
    if (kind == 'w') {
      Lsn from = new Lsn(wire.readLong());
      Lsn sent = new Lsn(wire.readLong());
      serverEnd = serverEnd.isBefore(sent) ? sent : serverEnd;
      wire.readLong();
      if (!from.equals(position)) {
        throw new ServerProtocolException(
            wire.server() + " sent WAL from " + from + " where " + position + " was next");
      }
      inData = wire.remaining() > 0;
    } else if (kind == 'k') {
      serverEnd = new Lsn(wire.readLong());
      wire.readLong();
      if (wire.readByte() != 0) {
        sendStatus(false);
      }
    } else {
      throw wire.unexpected((char) kind);
    }
  }

  private void sendStatus(boolean replyWanted) {
    // A commit may wait for what is written (remote_write): what is in memory is not.
    long received = flushed.equals(Lsn.NONE) ? position.value() : flushed.value();
    byte[] message =
        ByteBuffer.allocate(34)
            .put((byte) 'r')
            .putLong(received)
            .putLong(flushed.value())
            .putLong(flushed.value()) // applied: nothing later happens here to wait for
            .putLong(wire.clock().millis() * 1000 - EPOCH_MICROS)
            .put((byte) (replyWanted ? 1 : 0))
            .array();
    wire.sendCopyData(message);
  }

  private void beat() {
    try {
      while (true) {
        Thread.sleep(HEARTBEAT);
        sendStatus(false);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (PostgresException e) {
      // The reader meets the broken connection too, and it is the one that reports it.
      return;
    }
  }

  /** Ends the signs of life; the session must be closed next. */
  @Override
  public void close() {
    heartbeat.interrupt();
  }
}
