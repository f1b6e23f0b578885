package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalPageCheck;
import io.holdfast.postgres.wal.WalSegmentName;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The WAL that a backup needs to be consistent: from the segment of its start to the segment of its
 * stop. Order of use: {@link #reserve} before the backup starts, {@link #start} as soon as its
 * start is known, {@link #finish} when its stop is known, {@link #close} in any case. A temporary
 * slot keeps the WAL on the server until it was read, and vanishes with the session.
 *
 * <p>Segments are read while the backup runs, by one thread, so that little is left to wait for at
 * its end; the server keeps them all until then. Each goes to the {@link Segments} as a stream of
 * exactly the segment size; behind the stop, what the server has not written is zeros. A promotion
 * meanwhile ends it with an error.
 */
public final class RequiredWal implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  /** How long behind the stop the server may be quiet before its segment is taken to end there. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  /** How long behind the stop a segment is read on at most: a standby may get it in driblets. */
  private static final Duration TAIL = Duration.ofSeconds(30);

  /** Where segments go to. */
  @FunctionalInterface
  public interface Segments {
    /**
     * Takes one segment, called in order, by one thread.
     *
     * @param bytes to be read to its end
     */
    void accept(WalSegmentName name, InputStream bytes) throws IOException;
  }

  private record Stop(Lsn position, Timeline timeline) {}

  private final ReplicationSession session;
  private final String slot;
  private final Lsn reserved;
  private final WalFormat format;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile @Nullable Stop stop;
  private @Nullable Thread reader;

  private RequiredWal(ReplicationSession session, String slot, Lsn reserved, WalFormat format) {
    this.session = session;
    this.slot = slot;
    this.reserved = reserved;
    this.format = format;
  }

  /**
   * Makes the server keep its WAL from now on.
   *
   * @param session of its own; it is closed with this
   * @param slot a name that no slot of the server has
   */
  public static RequiredWal reserve(ReplicationSession session, String slot) {
    try {
      WalFormat format = session.walFormat();
      return new RequiredWal(session, slot, session.createTemporarySlot(slot), format);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** Bytes per segment of this server. */
  public int segmentSize() {
    return format.segmentSize();
  }

  /**
   * Starts to read.
   *
   * @param from start of the backup, as the server told it
   */
  public void start(Lsn from, Timeline timeline, Segments segments) {
    WalSegmentName first = WalSegmentName.containing(timeline, from, format.segmentSize());
    if (from.isBefore(reserved)) {
      throw new ServerProtocolException(
          session.describe()
              + " started a backup at "
              + from
              + ", before the WAL from "
              + reserved
              + " that the slot keeps");
    }
    reader =
        Thread.ofVirtual()
            .name("required-wal")
            .start(
                () -> {
                  try {
                    readAll(first, segments);
                    done.complete(null);
                  } catch (Throwable e) {
                    done.completeExceptionally(e);
                  }
                });
  }

  private void readAll(WalSegmentName first, Segments segments) throws IOException {
    try (WalStream wal = session.startReplication(slot, first.start(), first.timeline())) {
      for (WalSegmentName name = first; !isBehindStop(name.start()); name = name.next()) {
        SegmentBytes bytes = new SegmentBytes(wal, name);
        if (bytes.isEmpty()) {
          // The stop turned out to be the very end of the segment before.
          return;
        }
        segments.accept(name, bytes);
        bytes.requireConsumed();
      }
    }
  }

  /** Whether nothing at {@code position} is needed any more. */
  private boolean isBehindStop(Lsn position) {
    Stop known = stop;
    return known != null && !position.isBefore(known.position());
  }

  /**
   * Throws what went wrong with the reading, if something did, so that a long backup need not find
   * out at its end.
   */
  public void check() {
    if (done.isCompletedExceptionally()) {
      throw failure(done.exceptionNow());
    }
  }

  /**
   * Waits until everything up to the stop was read.
   *
   * @param limit how long that may take
   * @throws TimelineEndedException if the stop is on another timeline than the start
   */
  public void finish(Lsn stopPosition, Timeline timeline, Duration limit) {
    stop = new Stop(stopPosition, timeline);
    try {
      done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNull(e.getCause()));
    } catch (TimeoutException e) {
      throw new ServerConnectionException(
          session.describe()
              + " did not deliver the WAL up to "
              + stopPosition
              + " within "
              + limit.toSeconds()
              + " s",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ServerConnectionException.interrupted("reading the WAL of a backup");
    }
  }

  private static RuntimeException failure(Throwable e) {
    return switch (e) {
      case PostgresException own -> own;
      case RuntimeException other -> other;
      case Error error -> throw error;
      default -> new ServerConnectionException("Cannot read the WAL of a backup", e);
    };
  }

  /** Ends the reading, the session and with it the slot. */
  @Override
  public void close() {
    Thread running = reader;
    if (running == null || done.isDone()) {
      session.close();
      return;
    }
    running.interrupt();
    session.abort();
    try {
      running.join(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The bytes of one segment, checked page by page, filled up with zeros behind the stop. */
  private final class SegmentBytes extends InputStream {
    private final WalStream wal;
    private final WalSegmentName name;
    private final WalPageCheck check;
    private final byte[] page = new byte[format.pageSize()];
    private int next = page.length;
    private long pages;
    private boolean padding;
    private long stopPassed;

    SegmentBytes(WalStream wal, WalSegmentName name) {
      this.wal = wal;
      this.name = name;
      this.check = new WalPageCheck(format, name);
    }

    /** Waits for the first page; whether the stop came to be known before it. */
    boolean isEmpty() {
      return !fill();
    }

    void requireConsumed() {
      if (available() > 0) {
        throw new IllegalStateException("WAL segment " + name + " was not read to its end");
      }
    }

    @Override
    public int available() {
      long left = format.segmentSize() - pages * page.length + (page.length - next);
      return (int) Math.min(Integer.MAX_VALUE, left);
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (next == page.length && !fill()) {
        return -1;
      }
      int n = Math.min(length, page.length - next);
      System.arraycopy(page, next, buffer, offset, n);
      next += n;
      return n;
    }

    private boolean fill() {
      if (next < page.length) {
        return true;
      }
      if (pages * page.length == format.segmentSize()) {
        return false;
      }
      int filled = 0;
      long quietSince = System.nanoTime();
      while (filled < page.length && !padding) {
        int n = wal.read(page, filled, page.length - filled, POLL).orElse(0);
        filled += n;
        long now = System.nanoTime();
        quietSince = n > 0 ? now : quietSince;
        if (isBehindStop(wal.position())) {
          if (wal.position().equals(name.start())) {
            return false;
          }
          stopPassed = stopPassed == 0 ? now : stopPassed;
          padding = now - quietSince > QUIET.toNanos() || now - stopPassed > TAIL.toNanos();
        }
      }
      Arrays.fill(page, filled, page.length, (byte) 0);
      Lsn at = check.position();
      Optional<String> fault = check.fault(page);
      if (fault.isPresent()) {
        throw new DamagedWalException(name, at, fault.get());
      }
      pages++;
      next = 0;
      return true;
    }
  }
}
