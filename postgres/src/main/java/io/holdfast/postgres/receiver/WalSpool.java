package io.holdfast.postgres.receiver;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.DirectoryHandle;
import io.holdfast.posix.Errno;
import io.holdfast.posix.FileHandle;
import io.holdfast.posix.PosixException;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalSegmentName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Segments of one log that wait on a local disk until they are stored: a file each, with the bytes
 * from the start of the segment on. One process at a time uses a spool. What a crash left at the
 * end of the last file may be anything; the file {@code durable} says how much of it is good:
 *
 * <pre>
 *   name of the segment, 24 digits | u64 bytes of it that are durable | u32 CRC-32C of both
 * </pre>
 *
 * It is written after the bytes were forced to the disk, and never forced itself: so it may tell of
 * less, and counts where the records' own check sums do not reach. An interrupt does not break off
 * what is done to a file.
 */
final class WalSpool implements AutoCloseable {
  private static final int OWNER_ONLY = 0600;
  private static final BytePath DURABLE = BytePath.of("durable");
  private static final Pattern GAP = Pattern.compile("[0-7][0-9A-F]{7}-[0-9A-F]{16}\\.gap");

  /** Of histories and gaps, finished or not. */
  private static final Pattern SMALL =
      Pattern.compile("[0-7][0-9A-F]{7}-[0-9A-Fa-f]{8,16}\\.(history|gap)(\\.new)?");

  private static final Pattern HISTORY =
      Pattern.compile("[0-7][0-9A-F]{7}-[0-9a-f]{8}\\.history(\\.new)?");
  private static final int COPY = 64 << 10;
  private static final int NAME = 24;
  private static final int MARK = NAME + Long.BYTES + Integer.BYTES;
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path path;
  private final int segmentSize;
  private final DirectoryHandle directory;
  private final FileHandle mark;

  private WalSpool(Path path, int segmentSize, DirectoryHandle directory, FileHandle mark) {
    this.path = path;
    this.segmentSize = segmentSize;
    this.directory = directory;
    this.mark = mark;
  }

  /**
   * Opens a spool, and makes it where there is none.
   *
   * @throws SpoolException if another process uses it, or it cannot be used
   */
  static WalSpool open(Path path, int segmentSize) {
    try {
      make(path.toAbsolutePath());
      DirectoryHandle directory = handle(path);
      if (!directory.tryLock()) {
        directory.close();
        throw SpoolException.inUse(path);
      }
      try {
        return new WalSpool(path, segmentSize, directory, mark(path, directory));
      } catch (IOException e) {
        directory.close();
        throw e;
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  private static FileHandle mark(Path path, DirectoryHandle directory) throws IOException {
    return Files.exists(path.resolve(DURABLE.toString()), LinkOption.NOFOLLOW_LINKS)
        ? directory.openFileToWrite(DURABLE)
        : directory.createFile(DURABLE, OWNER_ONLY);
  }

  private static void make(Path path) throws IOException {
    Path parent = Objects.requireNonNull(path.getParent());
    if (!Files.isDirectory(path)) {
      if (!Files.isDirectory(parent)) {
        make(parent);
      }
      Files.createDirectory(path, OWNER_DIRECTORY);
    }
    try (DirectoryHandle above = handle(parent)) {
      above.sync(); // also when it was made before: by a process that may have died since
    }
  }

  private static DirectoryHandle handle(Path path) throws IOException {
    return DirectoryHandle.open(BytePath.of(path.toString()));
  }

  /** A segment in the spool, and how many bytes of it there are. */
  record Spooled(WalSegmentName name, long length) {}

  /** What is there, by timeline and position. */
  List<Spooled> list() {
    List<Spooled> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        if (!file.endsWith(DURABLE.toString()) && !SMALL.matcher(name(file)).matches()) {
          segments.add(new Spooled(segment(file), Files.size(file)));
        }
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    segments.sort(
        Comparator.comparing((Spooled is) -> is.name().timeline())
            .thenComparing(is -> is.name().start()));
    return segments;
  }

  private static String name(Path file) {
    return Objects.requireNonNull(file.getFileName()).toString();
  }

  private WalSegmentName segment(Path file) throws IOException {
    WalSegmentName name;
    try {
      name = WalSegmentName.parse(name(file), segmentSize);
    } catch (IllegalArgumentException e) {
      throw SpoolException.stranger(file);
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > segmentSize) {
      throw SpoolException.stranger(file);
    }
    return name;
  }

  /**
   * How many bytes of the last segment are known to be durable, at least.
   *
   * @param last what {@link #list} has last
   */
  long durable(Spooled last) {
    byte[] bytes = new byte[MARK];
    try {
      if (mark.read(0, bytes, 0, MARK) != MARK) {
        return 0;
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    ByteBuffer read = ByteBuffer.wrap(bytes);
    String segment = new String(bytes, 0, NAME, StandardCharsets.US_ASCII);
    long length = read.getLong(NAME);
    return read.getInt(MARK - Integer.BYTES) == sum(bytes)
            && segment.equals(last.name().toString())
            && length <= last.length()
        ? length
        : 0;
  }

  /** Keeps the history of a timeline until it is stored; durable when this returns. */
  void putHistory(Timeline timeline, byte[] content) {
    put(history(timeline, content), content);
  }

  /** A small file, which is there whole or not at all. */
  private void put(BytePath name, byte[] content) {
    try {
      if (!Files.exists(path.resolve(name.toString()), LinkOption.NOFOLLOW_LINKS)) {
        BytePath unfinished = BytePath.of(name + ".new");
        Files.deleteIfExists(path.resolve(unfinished.toString()));
        try (FileHandle file = directory.createFile(unfinished, OWNER_ONLY)) {
          file.write(0, content, 0, content.length);
          file.syncContent();
        }
        directory.rename(unfinished, directory, name);
      }
      directory.sync();
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  private static BytePath history(Timeline timeline, byte[] content) {
    CRC32C sum = new CRC32C();
    sum.update(content);
    return BytePath.of(
        String.format(Locale.ROOT, "%08X-%08x.history", timeline.id(), sum.getValue()));
  }

  /** The histories that are kept, by their timelines. */
  List<ReceivedWal.History> histories() {
    List<ReceivedWal.History> histories = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*.history")) {
      for (Path file : files) {
        if (!HISTORY.matcher(name(file)).matches()) {
          throw SpoolException.stranger(file);
        }
        Timeline timeline = new Timeline(Integer.parseInt(name(file), 0, 8, 16));
        histories.add(new ReceivedWal.History(timeline, Files.readAllBytes(file)));
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    histories.sort(Comparator.comparing(ReceivedWal.History::timeline));
    return histories;
  }

  /** Keeps that there is a gap until that is recorded; durable when this returns. */
  void putGap(ReceivedWal.Gap gap) {
    put(gapName(gap), gap.reason().getBytes(StandardCharsets.UTF_8));
  }

  private static BytePath gapName(ReceivedWal.Gap gap) {
    return BytePath.of(
        String.format(Locale.ROOT, "%08X-%016X.gap", gap.timeline().id(), gap.end().value()));
  }

  /** The gaps that are kept. */
  List<ReceivedWal.Gap> gaps() {
    List<ReceivedWal.Gap> gaps = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*.gap")) {
      for (Path file : files) {
        if (!GAP.matcher(name(file)).matches()) {
          throw SpoolException.stranger(file);
        }
        gaps.add(
            new ReceivedWal.Gap(
                new Timeline(Integer.parseInt(name(file), 0, 8, 16)),
                new Lsn(Long.parseUnsignedLong(name(file), 9, 25, 16)),
                Files.readString(file)));
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    return gaps;
  }

  /** Removes a gap that is recorded, if it is there. */
  void removeGap(ReceivedWal.Gap gap) {
    try {
      Files.deleteIfExists(path.resolve(gapName(gap).toString()));
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  /** Removes a history that is stored, if it is there. */
  void removeHistory(ReceivedWal.History history) {
    try {
      Files.deleteIfExists(path.resolve(history(history.timeline(), history.content()).toString()));
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  private void markDurable(WalSegmentName segment, long length) throws IOException {
    byte[] bytes = new byte[MARK];
    ByteBuffer.wrap(bytes)
        .put(segment.toString().getBytes(StandardCharsets.US_ASCII))
        .putLong(length);
    ByteBuffer.wrap(bytes).putInt(MARK - Integer.BYTES, sum(bytes));
    mark.write(0, bytes, 0, MARK);
  }

  private static int sum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, MARK - Integer.BYTES);
    return (int) sum.getValue();
  }

  private static BytePath fileName(WalSegmentName segment) {
    return BytePath.of(segment.toString());
  }

  /**
   * Opens a segment to write on. Its name is durable when this returns.
   *
   * @param from how many of its bytes stay; there are at least as many
   * @param durable how many of these certainly are; the others are written once more, since after a
   *     sync that failed the next one succeeds without them
   */
  Writer write(WalSegmentName segment, long from, long durable) {
    try {
      boolean isNew = !Files.exists(path.resolve(segment.toString()), LinkOption.NOFOLLOW_LINKS);
      FileHandle file =
          isNew
              ? directory.createFile(fileName(segment), OWNER_ONLY)
              : directory.openFileToWrite(fileName(segment));
      try {
        directory.sync();
        long length = file.status().size();
        if (length < from) {
          throw new IOException(segment + " has " + length + " bytes instead of " + from);
        }
        file.setLength(from);
        rewrite(file, durable, from);
        return new Writer(segment, file, from);
      } catch (IOException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  /** Writes bytes of a segment once more, as they are, and makes it durable. */
  void rewrite(WalSegmentName segment, long from, long to) {
    try (FileHandle file = directory.openFileToWrite(fileName(segment))) {
      rewrite(file, from, to);
      file.syncContent();
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }

  private static void rewrite(FileHandle file, long from, long to) throws IOException {
    byte[] buffer = new byte[COPY];
    for (long at = from; at < to; ) {
      int count = file.read(at, buffer, 0, (int) Math.min(COPY, to - at));
      if (count < 0) {
        throw new IOException(file.path() + " ends at " + at);
      }
      file.write(at, buffer, 0, count);
      at += count;
    }
  }

  /** Writes one segment, from some byte on. For one thread. */
  final class Writer implements AutoCloseable {
    private final WalSegmentName segment;
    private final FileHandle file;
    private long length;

    private Writer(WalSegmentName segment, FileHandle file, long length) {
      this.segment = segment;
      this.file = file;
      this.length = length;
    }

    /** How many bytes the segment has. */
    long length() {
      return length;
    }

    void write(byte[] bytes, int offset, int count) {
      try {
        file.write(length, bytes, offset, count);
        length += count;
      } catch (IOException e) {
        throw SpoolException.failed(path, e);
      }
    }

    /** Makes what was written durable. */
    void sync() {
      try {
        file.syncContent();
        markDurable(segment, length);
      } catch (IOException e) {
        throw SpoolException.failed(path, e);
      }
    }

    @Override
    public void close() {
      try {
        file.close();
      } catch (IOException e) {
        throw SpoolException.failed(path, e);
      }
    }
  }

  /** The file of a segment is not what its name says. */
  SpoolException stranger(WalSegmentName segment) {
    return SpoolException.stranger(path.resolve(fileName(segment).toString()));
  }

  /** Reads bytes of a segment that are there. */
  byte[] read(WalSegmentName segment, long from, int length) {
    byte[] bytes = new byte[length];
    try (FileHandle file = directory.openFile(fileName(segment))) {
      int done = 0;
      while (done < length) {
        int count = file.read(from + done, bytes, done, length - done);
        if (count < 0) {
          throw new IOException(segment + " ends at " + (from + done));
        }
        done += count;
      }
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
    return bytes;
  }

  /** Removes a segment that is stored, if it is there. */
  void remove(WalSegmentName segment) {
    try {
      directory.remove(fileName(segment));
    } catch (PosixException e) {
      if (e.errno() != Errno.ENOENT) {
        throw SpoolException.failed(path, e);
      }
    }
  }

  /** Lets other processes use it. */
  @Override
  public void close() {
    try (directory) {
      mark.close();
    } catch (IOException e) {
      throw SpoolException.failed(path, e);
    }
  }
}
