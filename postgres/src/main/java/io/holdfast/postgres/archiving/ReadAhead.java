package io.holdfast.postgres.archiving;

import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Segments that a server will ask for next, in memory. Only whole ones: of others more may come,
 * and what is not there or cannot be read is looked for again, and told, when it is asked for.
 * Thread-safe.
 */
final class ReadAhead implements AutoCloseable {
  private static final int MOST_SEGMENTS = 16;
  private static final int WORKERS = 2;

  private final int bytes;
  private final Map<Key, Future<Optional<byte[]>>> reading = new LinkedHashMap<>();
  private @Nullable ExecutorService workers;

  /**
   * @param bytes of all segments together, at most; 0: nothing is read ahead
   */
  ReadAhead(int bytes) {
    this.bytes = bytes;
  }

  /**
   * @param server a directory of it
   */
  private record Key(WalLog log, Path server, WalSegmentName segment) {}

  /** A segment, if it was read ahead; awaits one that is being read. */
  Optional<byte[]> take(WalArchive archive, Path server, WalSegmentName segment) {
    Future<Optional<byte[]>> read;
    synchronized (this) {
      read = reading.remove(new Key(archive.log(), server, segment));
    }
    if (read == null) {
      return Optional.empty();
    }
    try {
      return read.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("fetching segment " + segment);
    } catch (ExecutionException | CancellationException _) {
      return Optional.empty(); // asked for now, it is tried again
    }
  }

  /** Begins to read the segments after one, and forgets all others for this server. */
  synchronized void readAfter(WalArchive archive, Path server, WalSegmentName segment) {
    int count = Math.min(MOST_SEGMENTS, bytes / archive.log().segmentSize());
    Set<Key> wanted = new HashSet<>();
    for (int next = 1; next <= count; next++) {
      Key key =
          new Key(
              archive.log(),
              server,
              new WalSegmentName(
                  segment.timeline(), segment.number() + next, archive.log().segmentSize()));
      wanted.add(key);
      reading.computeIfAbsent(key, _ -> workers().submit(() -> read(archive, key.segment())));
    }
    reading
        .entrySet()
        .removeIf(
            entry -> {
              boolean forgotten =
                  entry.getKey().server().equals(server) && !wanted.contains(entry.getKey());
              if (forgotten) {
                entry.getValue().cancel(true);
              }
              return forgotten;
            });
  }

  private ExecutorService workers() {
    ExecutorService present = workers;
    if (present == null) {
      present = Executors.newFixedThreadPool(WORKERS);
      workers = present;
    }
    return present;
  }

  private static Optional<byte[]> read(WalArchive archive, WalSegmentName segment)
      throws IOException {
    int segmentSize = archive.log().segmentSize();
    Optional<StoredSegment> found = StoredSegment.find(archive, segment);
    if (found.isEmpty() || !found.get().isWhole(segmentSize)) {
      return Optional.empty();
    }
    byte[] content = new byte[segmentSize];
    found.get().readInto(content);
    return Optional.of(content);
  }

  /** What is being read is given up. */
  @Override
  public synchronized void close() {
    if (workers != null) {
      workers.shutdownNow();
      workers.close();
    }
    reading.clear();
  }
}
