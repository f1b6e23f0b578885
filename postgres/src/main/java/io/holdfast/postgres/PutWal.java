package io.holdfast.postgres;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.recovery.ArchivedSegments;
import io.holdfast.postgres.recovery.RecoveryPlan;
import io.holdfast.postgres.recovery.RecoveryStop;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.WalArchive;
import io.holdfast.storage.HoldfastException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Puts into the pg_wal of a restored cluster what a recovery beyond the end of its backup needs:
 * the segments, fetched some ahead of reading their records, and the histories of all timelines.
 * For one thread.
 */
final class PutWal {
  /** Segments that are fetched at once; a piece of each is in memory. */
  private static final int AHEAD = 3;

  private static final int BUFFER = 256 << 10;
  private static final int MOST_WARNINGS = 100;

  /** Numbers of timelines that may be unknown below the highest one that is known. */
  private static final int MOST_UNKNOWN = 10_000;

  private static final byte[] UNKNOWN_HISTORY =
      "# this timeline was there, and its history is not known\n".getBytes(US_ASCII);

  /** Gives a file its owner and permissions. */
  @FunctionalInterface
  interface Owning {
    void apply(FileHandle file) throws PosixException;
  }

  private final TargetTree tree;
  private final RecoveryPlan plan;
  private final ArchivedSegments segments;
  private final int segmentSize;
  private final boolean fromStandby;
  private final ReadProgress progress;
  private final Owning owning;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  private final List<String> warnings = new ArrayList<>();

  /** By the numbers of segments. */
  private final TreeMap<Long, Future<?>> fetched = new TreeMap<>();

  /**
   * @param tree in which the backup is, with its own WAL
   * @param fromStandby whether a standby was read: recovery to the end of its backup has no target
   * @param owning applied to each file that is made
   */
  PutWal(
      TargetTree tree,
      RecoveryPlan plan,
      boolean fromStandby,
      ReadProgress progress,
      Owning owning) {
    this.fromStandby = fromStandby;
    this.tree = tree;
    this.plan = plan;
    this.segments = plan.segments(this::damaged);
    this.segmentSize = plan.archive().log().segmentSize();
    this.progress = progress;
    this.owning = owning;
  }

  private void damaged(HoldfastException failure) {
    synchronized (warnings) {
      if (warnings.size() < MOST_WARNINGS) {
        warnings.add(failure.getMessage() + "; the same bytes were taken from another object");
      }
    }
  }

  /** What was got over. */
  List<String> warnings() {
    synchronized (warnings) {
      return List.copyOf(warnings);
    }
  }

  /**
   * Puts it there. To be called once.
   *
   * @return where the recovery will end, which was proven by reading all records up to there
   * @throws io.holdfast.postgres.recovery.MissingWalException if it cannot get there
   */
  RecoveryStop run() throws IOException {
    try (DirectoryHandle wal = tree.open(ClusterFileRules.WAL_DIRECTORY)) {
      try {
        return put(wal);
      } finally {
        workers.shutdownNow();
        workers.close(); // before the directory is
      }
    }
  }

  private RecoveryStop put(DirectoryHandle wal) throws IOException {
    Set<BytePath> made = new TreeSet<>();
    putHistories(wal, made);
    RecoveryStop stop = plan.follow(number -> open(wal, number));
    settle(wal, stop, made);
    markArchived(made);
    return stop;
  }

  private void putHistories(DirectoryHandle wal, Set<BytePath> made) throws IOException {
    for (Map.Entry<Timeline, WalArchive.StoredHistory> history : plan.histories().entrySet()) {
      putHistory(wal, history.getKey(), plan.archive().readHistory(history.getValue()), made);
    }
    // A server begins the timeline after the last number that it finds without a break.
    int unknown = 0;
    for (int id = 2; id <= plan.newest().id() && unknown < MOST_UNKNOWN; id++) {
      Timeline timeline = new Timeline(id);
      if (!plan.histories().containsKey(timeline)) {
        unknown++;
        if (!timeline.equals(plan.base().timeline())) {
          putHistory(wal, timeline, UNKNOWN_HISTORY, made);
        }
      }
    }
  }

  private void putHistory(
      DirectoryHandle wal, Timeline timeline, byte[] content, Set<BytePath> made)
      throws IOException {
    BytePath name = BytePath.of(timeline.historyFileName());
    try (FileHandle file = create(wal, name)) {
      file.write(0, content, 0, content.length);
      owning.apply(file);
    }
    made.add(name);
  }

  /** A segment, which is fetched by now, up to where the log is there. */
  private Optional<InputStream> open(DirectoryHandle wal, long number) throws IOException {
    long last = Long.divideUnsigned(plan.reach().value() - 1, segmentSize);
    if (number > last) {
      return Optional.empty();
    }
    for (long ahead = number; ahead < number + AHEAD && ahead <= last; ahead++) {
      fetched.computeIfAbsent(ahead, next -> workers.submit(() -> fetch(wal, next)));
    }
    await(Objects.requireNonNull(fetched.get(number)));
    return Optional.of(new FileBytes(wal.openFile(name(number)), end(number)));
  }

  private static void await(Future<?> fetch) throws IOException {
    try {
      fetch.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("restoring a cluster");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failed -> throw failed;
        case RuntimeException failed -> throw failed;
        case Error failed -> throw failed;
        case null, default -> throw new AssertionError(e);
      }
    }
  }

  private Lsn start(long number) {
    return new Lsn(number * segmentSize);
  }

  /** Position in a segment behind the last byte of it that is there. */
  private int end(long number) {
    return (int) Math.min(segmentSize, plan.reach().minus(start(number)));
  }

  /** Writes a segment into its file. */
  private @Nullable Void fetch(DirectoryHandle wal, long number) throws IOException {
    int from = (int) Math.max(0, plan.base().stop().minus(start(number)));
    BytePath name = name(number);
    try (FileHandle file = from > 0 ? goOn(wal, name, number, from) : create(wal, name);
        InputStream bytes = segments.open(number, from, end(number))) {
      file.setLength(segmentSize);
      copy(bytes, file, from);
      owning.apply(file);
    }
    return null;
  }

  /** Of the file of a segment, as long as all of it that is there is needed. */
  private BytePath name(long number) {
    return nameAt(start(number).plus(end(number) - 1L));
  }

  private BytePath nameAt(Lsn position) {
    return BytePath.of(segments.nameAt(position).toString());
  }

  private static FileHandle create(DirectoryHandle wal, BytePath name) throws PosixException {
    RemoveTree.fileIfPresent(wal, name);
    return wal.createFile(name, 0600);
  }

  /** The file of a segment whose beginning came with the backup. */
  private FileHandle goOn(DirectoryHandle wal, BytePath name, long number, int from)
      throws IOException {
    BytePath own =
        BytePath.of(new WalSegmentName(plan.base().timeline(), number, segmentSize).toString());
    FileHandle file = own.equals(name) ? wal.openFileToWrite(own) : create(wal, name);
    boolean done = false;
    try {
      if (!own.equals(name)) {
        try (FileHandle backup = wal.openFile(own);
            InputStream beginning = new FileBytes(backup, from)) {
          copy(beginning, file, 0);
        }
      }
      file.setLength(from); // what the backup has behind its stop is no part of it
      done = true;
      return file;
    } finally {
      if (!done) {
        file.close();
      }
    }
  }

  private void copy(InputStream bytes, FileHandle file, long position) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long at = position;
    for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
      file.write(at, buffer, 0, count);
      at += count;
      tree.written(count);
      progress.read(count);
    }
  }

  /** Removes what was fetched and is not needed, and names the last segment by its timeline. */
  private void settle(DirectoryHandle wal, RecoveryStop stop, Set<BytePath> made)
      throws IOException {
    Lsn end = stop.end().plus(-1);
    long last = Long.divideUnsigned(end.value(), segmentSize);
    workers.shutdownNow();
    workers.close(); // what was fetched further ahead is not needed, whatever came of it
    for (long number : fetched.keySet()) {
      BytePath name = name(number);
      if (number > last) {
        RemoveTree.fileIfPresent(wal, name);
      } else {
        BytePath wanted = number == last ? nameAt(end) : name;
        if (!wanted.equals(name)) {
          wal.rename(name, wal, wanted);
        }
        made.add(wanted);
      }
    }
    // To end with the backup itself, a server has to meet the record behind it.
    if (plan.exact() && (stop.record() != null || fromStandby)) {
      cutOff(wal, nameAt(end), stop.end());
    }
  }

  /**
   * Makes zeros of what follows the last record: a server that reads ahead, or has no target, is
   * not to meet it.
   */
  private void cutOff(DirectoryHandle wal, BytePath name, Lsn end) throws IOException {
    long length = end.value() & (segmentSize - 1L);
    if (length == 0) {
      return;
    }
    try (FileHandle file = wal.openFileToWrite(name)) {
      file.setLength(length);
      file.setLength(segmentSize);
    } catch (PosixException e) {
      if (!e.isAbsent()) {
        throw e; // of a backup without such a segment nothing has to be cut off
      }
    }
  }

  /** It was archived by whoever wrote it: the restored cluster must not do it again. */
  private void markArchived(Set<BytePath> names) throws IOException {
    try (DirectoryHandle status = tree.open(ClusterFileRules.ARCHIVE_STATUS)) {
      for (BytePath name : names) {
        try (FileHandle file = create(status, BytePath.of(name + ".done"))) {
          owning.apply(file);
        }
      }
    }
  }

  /** The bytes of a file up to a position; closes the file. For one thread. */
  private static final class FileBytes extends InputStream {
    private final FileHandle file;
    private final long end;
    private final byte[] buffer = new byte[BUFFER];
    private long at;
    private int next;
    private int filled;

    FileBytes(FileHandle file, long end) {
      this.file = file;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (next == filled) {
        int wanted = (int) Math.min(buffer.length, end - at);
        filled = wanted == 0 ? -1 : file.read(at, buffer, 0, wanted);
        next = 0;
        if (filled < 0) {
          filled = 0;
          return -1;
        }
        at += filled;
      }
      int count = Math.min(length, filled - next);
      System.arraycopy(buffer, next, to, offset, count);
      next += count;
      return count;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
