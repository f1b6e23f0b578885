package io.holdfast.postgres.archiving;

import io.holdfast.postgres.wal.EndOfWal;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.MalformedHistoryException;
import io.holdfast.postgres.wal.MalformedRecordException;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalEvent;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalPageCheck;
import io.holdfast.postgres.wal.WalRecord;
import io.holdfast.postgres.wal.WalRecordReader;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.CancelledException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalArchives;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.HoldfastException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stores files that a server gives to its archive_command. What is pushed twice is stored once.
 * Thread-safe.
 */
public final class PushWal {
  private static final int BUFFER = 256 << 10;

  /** In which a segment tells what it is. */
  private static final int FIRST_BYTES = 64;

  private final WalArchives archives;
  private final String source;
  private final Clock clock;

  /**
   * @param source name of the cluster in the configuration
   */
  public PushWal(WalArchives archives, String source, Clock clock) {
    this.archives = archives;
    this.source = source;
    this.clock = clock;
  }

  /**
   * Stores a file. When this returns it is durable.
   *
   * @param file its name says what it is
   * @return warnings: what an operator is to know although the file is stored
   * @throws WalFileException if it cannot be read, or is not what its name says
   */
  public Optional<String> push(Path file) {
    String name = String.valueOf(file.getFileName());
    try {
      return switch (ArchivedFile.of(name)) {
        case ArchivedFile.Segment segment -> segment(file, segment.name(), true);
        case ArchivedFile.Partial partial -> segment(file, partial.segment(), false);
        case ArchivedFile.History history -> history(file, history.timeline());
        case ArchivedFile.BackupLabel _ -> Optional.empty();
        case ArchivedFile.Unknown _ -> throw WalFileException.unknown(name);
      };
    } catch (IOException e) {
      throw WalFileException.failed(file, e);
    }
  }

  /** In parts: a segment may have a gigabyte. */
  private Optional<String> segment(Path file, String segment, boolean whole) throws IOException {
    WalFormat format =
        format(file)
            .orElseThrow(
                () ->
                    WalFileException.wrong(
                        file, "it does not begin as WAL of PostgreSQL 15 to 18"));
    if (Files.size(file) != format.segmentSize()) {
      throw WalFileException.wrong(
          file, Files.size(file) + " bytes, and its segments have " + format.segmentSize());
    }
    WalSegmentName name = name(file, segment, format);
    Records records = Records.of(file, format, name);
    int length = whole ? format.segmentSize() : records.length(); // then there may be anything
    requirePages(file, length, format, name);
    WalLog log = log(format);
    Optional<String> damage = whole ? records.damage() : Optional.empty();
    if (damage.isPresent() && isStoredOtherwise(archives.open(log), name, file)) {
      throw WalFileException.wrong(
          file,
          "it has at " + damage.get() + ", and the repository has other bytes of that segment");
    }
    Storing storing = new Storing(clock.instant(), length, records.lastCommit());
    if (length > 0) {
      store(file, length, archives.create(log), new WalPageCheck(format, name), storing);
    }
    if (damage.isPresent()) {
      return Optional.of(
          "segment "
              + segment
              + " is damaged: it has at "
              + damage.get()
              + ". It is stored, and no recovery gets beyond that");
    }
    return storing.conflict
        ? Optional.of(
            "segment " + segment + " is stored with other bytes too: two servers wrote it")
        : Optional.empty();
  }

  /** Whether anything of a segment is there that can be read and is not as in a file. */
  private static boolean isStoredOtherwise(WalArchive archive, WalSegmentName segment, Path file)
      throws IOException {
    List<WalPiece> pieces;
    try (Stream<WalArchive.StoredPiece> all = archive.piecesOf(segment.toString())) {
      pieces = all.map(WalArchive.StoredPiece::piece).toList();
    }
    for (WalPiece piece : pieces) {
      byte[] own;
      try (InputStream in = Files.newInputStream(file)) {
        in.skipNBytes(piece.from());
        own = in.readNBytes(piece.length());
      }
      if (!archive.isOf(piece, own) && archive.fault(piece).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static Optional<WalFormat> format(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return WalFormat.of(in.readNBytes(FIRST_BYTES));
    }
  }

  /**
   * Checked once more, the very bytes: a server may write over a file that it was told is stored.
   */
  private static void store(
      Path file, int length, WalArchive archive, WalPageCheck check, Storing storing)
      throws IOException {
    String segment = check.segment().toString();
    int pageSize = archive.log().pageSize();
    try (InputStream in = Files.newInputStream(file)) {
      for (int at = 0; at < length; at += WalArchive.MAX_PIECE) {
        int part = Math.min(WalArchive.MAX_PIECE, length - at);
        byte[] bytes = in.readNBytes(part);
        if (bytes.length < part) {
          throw WalFileException.wrong(file, "it became shorter meanwhile");
        }
        requirePages(file, check, new ByteArrayInputStream(bytes), part, pageSize);
        if (Thread.currentThread().isInterrupted()) {
          throw new CancelledException("storing " + file);
        }
        archive.store(segment, at, bytes, 0, part, storing);
      }
    }
  }

  /** The last commit is told of the piece that ends behind it alone. */
  private static final class Storing implements WalArchive.Storing {
    private final Instant received;
    private final int end;
    private final @Nullable Instant lastCommit;
    private boolean conflict;

    Storing(Instant received, int end, @Nullable Instant lastCommit) {
      this.received = received;
      this.end = end;
      this.lastCommit = lastCommit;
    }

    @Override
    public WalNote note(int from, int length) {
      return new WalNote(received, from + length == end ? lastCommit : null, null);
    }

    @Override
    public void stored(WalArchive.Stored put) {
      conflict |= !put.others().isEmpty();
    }

    @Override
    public void damaged(HoldfastException why) {
      // It is stored again; verification names what is damaged.
    }
  }

  private static byte[] read(Path file, int maximum) throws IOException {
    if (Files.size(file) > maximum) {
      throw WalFileException.wrong(file, Files.size(file) + " bytes");
    }
    return Files.readAllBytes(file);
  }

  private static WalSegmentName name(Path file, String segment, WalFormat format) {
    try {
      return WalSegmentName.parse(segment, format.segmentSize());
    } catch (IllegalArgumentException e) {
      throw WalFileException.wrong(file, String.valueOf(e.getMessage()));
    }
  }

  private static void requirePages(Path file, int length, WalFormat format, WalSegmentName name)
      throws IOException {
    WalPageCheck check = new WalPageCheck(format, name);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      requirePages(file, check, in, length, format.pageSize());
    }
  }

  private static void requirePages(
      Path file, WalPageCheck check, InputStream in, int length, int pageSize) throws IOException {
    byte[] page = new byte[pageSize];
    for (int at = 0; at < length; at += page.length) {
      Lsn position = check.position();
      in.readNBytes(page, 0, page.length);
      Arrays.fill(page, Math.min(page.length, length - at), page.length, (byte) 0);
      Optional<String> fault = check.fault(page);
      if (fault.isPresent()) {
        throw WalFileException.wrong(file, "it has at " + position + " " + fault.get());
      }
    }
  }

  private WalLog log(WalFormat format) {
    return new WalLog(
        source, format.system().value(), format.major(), format.segmentSize(), format.pageSize());
  }

  private Optional<String> history(Path file, Timeline timeline) throws IOException {
    byte[] bytes = read(file, WalArchive.MAX_HISTORY);
    try {
      TimelineHistory.parse(timeline, bytes);
    } catch (MalformedHistoryException e) {
      throw WalFileException.wrong(file, String.valueOf(e.getMessage()));
    }
    archives.create(ClusterOfDirectory.log(source, file)).putHistory(timeline.id(), bytes);
    return Optional.empty();
  }

  /**
   * What the records of a segment tell.
   *
   * @param length how far they go in it
   * @param damage where in a whole segment there is something else than a record, and what
   */
  private record Records(int length, @Nullable Instant lastCommit, Optional<String> damage) {
    static Records of(Path file, WalFormat format, WalSegmentName name) throws IOException {
      Instant lastCommit = null;
      Lsn end = name.start();
      Optional<String> damage;
      try (WalRecordReader reader =
          new WalRecordReader(
              format,
              number ->
                  number == name.number()
                      ? Optional.of(new BufferedInputStream(Files.newInputStream(file), BUFFER))
                      : Optional.empty(),
              name.start())) {
        for (WalRecord next = reader.next(); next != null; next = reader.next()) {
          lastCommit = commit(next, format.major(), lastCommit);
        }
        EndOfWal found = reader.end().orElseThrow();
        end = found.position();
        damage =
            switch (found.found()) {
              case NO_RECORD, NOTHING -> Optional.of(end + " " + found.what());
              case CUT_OFF, NO_SEGMENT -> Optional.empty();
            };
      }
      long length = Math.clamp(end.minus(name.start()), 0, format.segmentSize());
      return new Records((int) length, lastCommit, damage);
    }

    private static @Nullable Instant commit(WalRecord record, int major, @Nullable Instant last) {
      try {
        return WalEvent.of(record, major) instanceof WalEvent.Commit commit ? commit.time() : last;
      } catch (MalformedRecordException e) {
        return last; // its checksum is right: it is what the server wrote
      }
    }
  }
}
