package io.holdfast.postgres.receiver;

import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalArchives;
import io.holdfast.repository.WalPeriod;
import io.holdfast.storage.HoldfastException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A receiver in a thread of its own, which ends in an orderly way when this is closed. */
final class RunningReceiver implements ReceiverEvents, AutoCloseable {
  private static final Duration END = Duration.ofSeconds(60);

  final List<Lsn> streamed = new CopyOnWriteArrayList<>();
  final List<HoldfastException> troubles = new CopyOnWriteArrayList<>();
  final List<LsnRange> gaps = new CopyOnWriteArrayList<>();
  final List<WalSegmentName> conflicts = new CopyOnWriteArrayList<>();
  final List<String> warnings = new CopyOnWriteArrayList<>();
  final List<WalPeriod> periods = new CopyOnWriteArrayList<>();
  final List<Lsn> releases = new CopyOnWriteArrayList<>();
  final List<Boolean> waits = new CopyOnWriteArrayList<>();
  final List<EndOfWal> damages = new CopyOnWriteArrayList<>();

  private final Thread thread;
  private final Map<Timeline, Lsn> stored = new ConcurrentHashMap<>();
  private volatile @Nullable Throwable failure;

  RunningReceiver(ConnectionSettings server, WalArchives archives, WalReceiverOptions options) {
    WalReceiver receiver = new WalReceiver(server, archives, options, this);
    thread =
        Thread.ofPlatform()
            .name("receiver")
            .start(
                () -> {
                  try {
                    receiver.run();
                  } catch (Throwable e) {
                    failure = e;
                  }
                });
  }

  /** All before this is stored of timeline 1. */
  Lsn stored() {
    return stored(new Timeline(1));
  }

  Lsn stored(Timeline timeline) {
    return stored.getOrDefault(timeline, Lsn.NONE);
  }

  boolean isRunning() {
    return thread.isAlive();
  }

  /** What it ended with, null while it runs or if it ended as asked. */
  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void streaming(String server, Lsn from) {
    streamed.add(from);
  }

  @Override
  public void stored(Timeline timeline, Lsn end) {
    stored.put(timeline, end);
  }

  @Override
  public void troubled(HoldfastException failed) {
    troubles.add(failed);
  }

  @Override
  public void gap(LsnRange missing, String why) {
    gaps.add(missing);
  }

  @Override
  public void recorded(WalPeriod period) {
    periods.add(period);
  }

  @Override
  public void released(Lsn since, long bytes) {
    releases.add(since);
  }

  @Override
  public void conflict(WalSegmentName segment) {
    conflicts.add(segment);
  }

  @Override
  public void synchronous(boolean now, String why) {
    waits.add(now);
  }

  @Override
  public void warned(String message) {
    warnings.add(message);
  }

  @Override
  public void damaged(WalSegmentName segment, EndOfWal found) {
    damages.add(found);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      if (!thread.join(END)) {
        throw new AssertionError("the receiver did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
