package io.holdfast.postgres.archiving;

import io.holdfast.postgres.recovery.ArchivedSegments;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalCoverage;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.WalArchive;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What an archive has of a segment: all of it, or its beginning. */
final class StoredSegment {
  private static final int BUFFER = 256 << 10;

  private final ArchivedSegments segments;
  private final WalSegmentName name;
  private final int end;

  private StoredSegment(WalArchive archive, WalSegmentName name, int end) {
    this.segments =
        new ArchivedSegments(archive, TimelineHistory.ofFirst(name.timeline()), damaged -> {});
    this.name = name;
    this.end = end;
  }

  /** Looks for a segment; nothing if the archive has no byte of it. */
  static Optional<StoredSegment> find(WalArchive archive, WalSegmentName name) {
    int segmentSize = archive.log().segmentSize();
    WalCoverage coverage = new WalCoverage(segmentSize);
    try (Stream<WalArchive.StoredPiece> pieces = archive.piecesOf(name.toString())) {
      pieces
          .map(WalArchive.StoredPiece::piece)
          .forEach(
              piece ->
                  coverage.add(
                      new LsnRange(
                          name.start().plus(piece.from()), name.start().plus(piece.to()))));
    }
    List<LsnRange> there = coverage.ranges();
    if (there.isEmpty()) {
      return Optional.empty();
    }
    boolean fromStart = there.getFirst().from().equals(name.start());
    // What is missing is told by reading it.
    int end = fromStart ? (int) there.getFirst().length() : segmentSize;
    return Optional.of(new StoredSegment(archive, name, end));
  }

  /** Whether nothing can be added to it any more. */
  boolean isWhole(int segmentSize) {
    return end == segmentSize;
  }

  /**
   * Reads a whole segment.
   *
   * @throws io.holdfast.storage.HoldfastException if it cannot be read
   */
  void readInto(byte[] content) throws IOException {
    try (InputStream bytes = segments.open(name.number(), 0, end)) {
      if (bytes.readNBytes(content, 0, end) < end) {
        throw new EOFException(name + " ends early");
      }
    }
  }

  /**
   * Writes the segment, zeros for what is not there.
   *
   * @throws io.holdfast.storage.HoldfastException if it cannot be read
   */
  void writeTo(OutputStream out, int segmentSize) throws IOException {
    try (InputStream bytes = segments.open(name.number(), 0, end)) {
      bytes.transferTo(out);
    }
    for (int at = end; at < segmentSize; at += BUFFER) {
      out.write(new byte[Math.min(BUFFER, segmentSize - at)]);
    }
  }
}
