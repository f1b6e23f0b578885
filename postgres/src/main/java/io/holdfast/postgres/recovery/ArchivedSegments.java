package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.UnsupportedFormatException;
import io.holdfast.repository.UnusableObjectException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalPiece;
import io.holdfast.storage.HoldfastException;
import io.holdfast.storage.ObjectNotFoundException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a log on its way to a timeline, put together from the pieces that an archive
 * holds. Thread-safe.
 */
public final class ArchivedSegments {
  private final WalArchive archive;
  private final TimelineHistory way;
  private final int segmentSize;
  private final Consumer<HoldfastException> damaged;
  private final Consumer<WalPiece> reading;

  /**
   * The segments on a way.
   *
   * @param damaged told of pieces that cannot be used, where others have the same bytes
   */
  public ArchivedSegments(
      WalArchive archive, TimelineHistory way, Consumer<HoldfastException> damaged) {
    this(archive, way, damaged, piece -> {});
  }

  /**
   * As above.
   *
   * @param reading told of each piece before it is read
   */
  ArchivedSegments(
      WalArchive archive,
      TimelineHistory way,
      Consumer<HoldfastException> damaged,
      Consumer<WalPiece> reading) {
    this.archive = archive;
    this.way = way;
    this.damaged = damaged;
    this.reading = reading;
    this.segmentSize = archive.log().segmentSize();
  }

  /** The name under which a server that recovers on this way looks for the byte at a position. */
  public WalSegmentName nameAt(Lsn position) {
    return WalSegmentName.containing(way.at(position), position, segmentSize);
  }

  /**
   * Reads a part of a segment: piece by piece, each checked when it is come to.
   *
   * <p>Reading throws {@link MissingWalException} if a byte is not there, is there in two versions,
   * or is not what was stored.
   *
   * @param number of the segment, counted from the start of the log
   * @param from position in the segment
   * @param to behind the last byte
   */
  public InputStream open(long number, int from, int to) {
    return new SegmentBytes(number, sources(number), 0, from, to);
  }

  /** As above, with zeros for what lies before in the segment. */
  InputStream openPadded(long number, int from, int to) {
    return new SegmentBytes(number, sources(number), from, from, to);
  }

  /**
   * What there is of a segment between two positions of the log, from the page of the first on,
   * with zeros before it.
   *
   * @return nothing if the segment lies behind the second
   */
  Optional<InputStream> openBetween(long number, Lsn from, Lsn to) {
    Lsn start = start(number);
    if (!start.isBefore(to)) {
      return Optional.empty();
    }
    int begin = (int) (Math.max(0, from.minus(start)) & -archive.log().pageSize());
    int end = (int) Math.min(segmentSize, to.minus(start));
    return Optional.of(openPadded(number, begin, end));
  }

  private Lsn start(long number) {
    return new Lsn(number * segmentSize);
  }

  private WalSegmentName nameOf(long number) {
    return nameAt(start(number).plus(segmentSize - 1L));
  }

  /**
   * A piece.
   *
   * @param to behind its last byte that lies on the way
   */
  private record Source(WalPiece piece, int to) {}

  /** All pieces of a segment that lie on the way. */
  private List<Source> sources(long number) {
    List<Source> sources = new ArrayList<>();
    Lsn start = start(number);
    Lsn end = start.plus(segmentSize);
    for (TimelineHistory.Part part : way.parts()) {
      // The first segment of a timeline begins with a copy of what was before it.
      boolean begins = part.from().isBefore(end);
      boolean ended = part.to() != null && !start.isBefore(part.to());
      if (begins && !ended) {
        int to =
            part.to() == null || end.isBefore(part.to())
                ? segmentSize
                : (int) part.to().minus(start);
        addAll(sources, part.timeline(), number, to);
      }
    }
    return sources;
  }

  private void addAll(List<Source> sources, Timeline timeline, long number, int to) {
    WalSegmentName name = new WalSegmentName(timeline, number, segmentSize);
    try (Stream<WalArchive.StoredPiece> pieces = archive.piecesOf(name.toString())) {
      pieces
          .map(WalArchive.StoredPiece::piece)
          .map(piece -> new Source(piece, Math.min(piece.to(), to)))
          .filter(source -> source.piece.from() < source.to)
          .forEach(sources::add);
    }
  }

  /** Whether two pieces are of the same place and have not the same bytes. */
  static boolean isOtherVersion(WalPiece one, WalPiece other) {
    return one.segment().equals(other.segment())
        && one.from() == other.from()
        && one.to() == other.to()
        && !one.hash().equals(other.hash());
  }

  /** The one that has a byte and goes on furthest. */
  private static @Nullable Source next(List<Source> sources, int at) {
    Source best = null;
    for (Source source : sources) {
      boolean fits = source.piece.from() <= at && at < source.to;
      if (fits && (best == null || best.to < source.to)) {
        best = source;
      }
    }
    return best;
  }

  /** The bytes of a part of a segment. For one thread. */
  private final class SegmentBytes extends InputStream {
    private final long number;
    private final List<Source> sources;
    private final int end;
    private int zeros;

    /** Of the next byte that is not in {@link #piece}. */
    private int at;

    private InputStream piece = InputStream.nullInputStream();

    SegmentBytes(long number, List<Source> sources, int zeros, int from, int to) {
      this.number = number;
      this.sources = sources;
      this.zeros = zeros;
      this.at = from;
      this.end = to;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (zeros > 0) {
        int count = Math.min(zeros, length);
        Arrays.fill(buffer, offset, offset + count, (byte) 0);
        zeros -= count;
        return count;
      }
      int count = piece.read(buffer, offset, length);
      if (count < 0 && at < end) {
        piece = InputStream.nullInputStream(); // so that there are never two of them
        piece = nextPiece();
        count = piece.read(buffer, offset, length);
      }
      return count;
    }

    /** No other piece of the same place can be read: one that is damaged is none. */
    private void requireOnly(Source chosen) {
      for (Source other : List.copyOf(sources)) {
        if (isOtherVersion(chosen.piece, other.piece)) {
          HoldfastException fault =
              archive
                  .fault(other.piece)
                  .orElseThrow(() -> MissingWalException.twice(chosen.piece.segment()));
          sources.remove(other);
          damaged.accept(fault);
        }
      }
    }

    private InputStream nextPiece() {
      HoldfastException failure = null;
      Source next;
      byte[] bytes;
      while (true) {
        next = next(sources, at);
        if (next == null) {
          Lsn position = start(number).plus(at);
          throw failure != null
              ? MissingWalException.unusable(nameOf(number), position, failure)
              : MissingWalException.at(nameOf(number), position);
        }
        reading.accept(next.piece);
        try {
          bytes = archive.read(next.piece);
          requireOnly(next);
          break;
        } catch (UnusableObjectException | UnsupportedFormatException | ObjectNotFoundException e) {
          failure = failure == null ? e : failure;
          sources.remove(next); // another one may have the same bytes
        }
      }
      if (failure != null) {
        damaged.accept(failure);
      }
      int from = at;
      at = Math.min(next.to, end);
      return new ByteArrayInputStream(bytes, from - next.piece.from(), at - from);
    }
  }
}
