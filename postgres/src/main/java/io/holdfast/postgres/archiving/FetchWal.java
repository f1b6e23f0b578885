package io.holdfast.postgres.archiving;

import io.holdfast.postgres.recovery.ArchivedSegments;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalCoverage;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalArchives;
import io.holdfast.repository.WalLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings back files that a server asks its restore_command for. Of a segment of which the
 * repository has the beginning only, the rest is zeros: the server ends there, or asks again later.
 * Thread-safe.
 */
public final class FetchWal {
  private static final int BUFFER = 256 << 10;

  private final WalArchives archives;
  private final String source;

  /**
   * @param source name of the cluster in the configuration
   */
  public FetchWal(WalArchives archives, String source) {
    this.archives = archives;
    this.source = source;
  }

  /**
   * Brings back a file.
   *
   * @param name as the server names it
   * @param to where it is to be; what is there is replaced, at once
   * @return false if the repository has no such file
   * @throws WalFileException if it cannot be written
   * @throws io.holdfast.storage.HoldfastException if it is there and cannot be had
   */
  public boolean fetch(String name, Path to) {
    try {
      return switch (ArchivedFile.of(name)) {
        case ArchivedFile.Segment segment -> segment(segment.name(), to);
        case ArchivedFile.History history -> history(history.timeline(), to);
        case ArchivedFile.Partial _, ArchivedFile.BackupLabel _ -> false;
        case ArchivedFile.Unknown _ -> throw WalFileException.unknown(name);
      };
    } catch (IOException e) {
      throw WalFileException.failed(to, e);
    }
  }

  private WalArchive archive(Path to) throws IOException {
    if (Files.exists(ClusterOfDirectory.above(to).resolve("global/pg_control"))) {
      return archives.open(ClusterOfDirectory.log(source, to));
    }
    List<WalLog> logs =
        archives.logs().stream().filter(log -> log.source().equals(source)).toList();
    if (logs.size() != 1) {
      throw WalFileException.ambiguous(source, logs.size());
    }
    return archives.open(logs.getFirst());
  }

  private boolean segment(String name, Path to) throws IOException {
    WalArchive archive = archive(to);
    int segmentSize = archive.log().segmentSize();
    WalSegmentName segment;
    try {
      segment = WalSegmentName.parse(name, segmentSize);
    } catch (IllegalArgumentException e) {
      return false; // no server of this cluster writes it
    }
    WalCoverage coverage = new WalCoverage(segmentSize);
    try (Stream<WalArchive.StoredPiece> pieces = archive.piecesOf(name)) {
      pieces
          .map(WalArchive.StoredPiece::piece)
          .forEach(
              piece ->
                  coverage.add(
                      new LsnRange(
                          segment.start().plus(piece.from()), segment.start().plus(piece.to()))));
    }
    List<LsnRange> there = coverage.ranges();
    if (there.isEmpty()) {
      return false;
    }
    int end =
        there.getFirst().from().equals(segment.start())
            ? (int) there.getFirst().length()
            : segmentSize; // what is missing is told by reading it
    ArchivedSegments segments =
        new ArchivedSegments(archive, TimelineHistory.ofFirst(segment.timeline()), damaged -> {});
    write(
        to,
        out -> {
          try (InputStream bytes = segments.open(segment.number(), 0, end)) {
            bytes.transferTo(out);
          }
          for (int at = end; at < segmentSize; at += BUFFER) {
            out.write(new byte[Math.min(BUFFER, segmentSize - at)]);
          }
        });
    return true;
  }

  private boolean history(Timeline timeline, Path to) throws IOException {
    WalArchive archive = archive(to);
    for (WalArchive.StoredHistory stored : archive.listHistories()) {
      if (stored.timeline() == timeline.id()) {
        byte[] content = archive.readHistory(stored);
        write(to, out -> out.write(content));
        return true;
      }
    }
    return false;
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Under another name first: half a segment must never look like one. */
  private static void write(Path to, Content content) throws IOException {
    Path unfinished = to.resolveSibling(to.getFileName() + ".holdfast");
    try {
      try (OutputStream out = Files.newOutputStream(unfinished)) {
        content.writeTo(out);
      }
      Files.move(
          unfinished, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
