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
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalArchives;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores files that a server gives to its archive_command. What is pushed twice is stored once.
 * Thread-safe.
 */
public final class PushWal {
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

  private Optional<String> segment(Path file, String segment, boolean whole) throws IOException {
    byte[] bytes = read(file, WalSegmentName.LARGEST_SEGMENT);
    WalFormat format =
        WalFormat.of(bytes)
            .orElseThrow(
                () ->
                    WalFileException.wrong(
                        file, "it does not begin as WAL of PostgreSQL 15 to 18"));
    if (bytes.length != format.segmentSize()) {
      throw WalFileException.wrong(
          file, bytes.length + " bytes, and its segments have " + format.segmentSize());
    }
    WalSegmentName name = name(file, segment, format);
    Records records = Records.of(bytes, format, name);
    int length = whole ? bytes.length : records.length(); // then there may be anything
    requirePages(file, Arrays.copyOf(bytes, length), format, name);
    if (length == 0) {
      return Optional.empty();
    }
    WalNote note = new WalNote(clock.instant(), records.lastCommit(), null);
    boolean conflict = new StorePieces(archive(format)).store(segment, 0, bytes, length, note);
    return conflict
        ? Optional.of(
            "segment " + segment + " is stored with other bytes too: two servers wrote it")
        : Optional.empty();
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

  private static void requirePages(Path file, byte[] bytes, WalFormat format, WalSegmentName name) {
    WalPageCheck check = new WalPageCheck(format, name);
    for (int at = 0; at < bytes.length; at += format.pageSize()) {
      Lsn position = check.position();
      Optional<String> fault = check.fault(Arrays.copyOfRange(bytes, at, at + format.pageSize()));
      if (fault.isPresent()) {
        throw WalFileException.wrong(file, "it has at " + position + " " + fault.get());
      }
    }
  }

  private WalArchive archive(WalFormat format) {
    return archives.create(
        new WalLog(
            source,
            format.system().value(),
            format.major(),
            format.segmentSize(),
            format.pageSize()));
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
   */
  private record Records(int length, @Nullable Instant lastCommit) {
    static Records of(byte[] bytes, WalFormat format, WalSegmentName name) throws IOException {
      Instant lastCommit = null;
      Lsn end = name.start();
      try (WalRecordReader reader =
          new WalRecordReader(
              format,
              number ->
                  number == name.number()
                      ? Optional.of(new ByteArrayInputStream(bytes))
                      : Optional.empty(),
              name.start())) {
        for (WalRecord next = reader.next(); next != null; next = reader.next()) {
          lastCommit = commit(next, format.major(), lastCommit);
        }
        EndOfWal found = reader.end().orElseThrow();
        end = found.position();
      }
      long length = Math.clamp(end.minus(name.start()), 0, bytes.length);
      return new Records((int) length, lastCommit);
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
