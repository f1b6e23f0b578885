package io.holdfast.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of contents that are read together; see {@link ContentReader}. For one thread, which the
 * pool helps.
 */
final class ReadWindow implements AutoCloseable {
  private static final long MAX_BYTES = 64 << 20;
  private static final int MAX_PIECES = 16_384;
  private static final int MAX_TARGETS = 512;

  /** Neighbours are fetched together up to this size, over gaps up to that one. */
  private static final int MAX_RANGE = 8 << 20;

  private static final int MAX_GAP = 64 << 10;

  private final ChunkIndex index;
  private final PackReader packs;
  private final AnyCopy copies;
  private final InOrder<Integer> ranges;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<OpenTarget> ended = new ArrayList<>();
  private long bytes;

  ReadWindow(
      ChunkIndex index,
      PackReader packs,
      ChunkHashing hashing,
      ExecutorService cpu,
      int parallelism) {
    this.index = index;
    this.packs = packs;
    this.copies = new AnyCopy(index, packs, hashing);
    // Some wait, so that the pool has work while this thread gathers the next window.
    this.ranges =
        new InOrder<>("reading from the repository", cpu, 2 * parallelism + 2, done -> {});
  }

  /** A target some of whose pieces are to come. */
  static final class OpenTarget {
    private final ContentReader.Sink sink;

    /** Pieces not yet taken, and one for the end. */
    private final AtomicInteger left = new AtomicInteger(1);

    private final int pageSize;

    private OpenTarget(ContentReader.Sink sink, int pageSize) {
      this.sink = sink;
      this.pageSize = pageSize;
    }

    private void taken() throws IOException {
      if (left.decrementAndGet() == 0) {
        sink.complete();
      }
    }
  }

  /** A part of a chunk and where it belongs. */
  private record Piece(
      OpenTarget target, ChunkId id, ChunkLocation location, long at, int offset, int length) {}

  OpenTarget start(ContentReader.Target target) {
    return new OpenTarget(target.sink(), target.content().pageSize());
  }

  void add(OpenTarget target, long at, Extent extent) throws IOException {
    ChunkId chunk = extent.chunk();
    if (chunk == null) {
      target.sink.hole(at, extent.length());
      return;
    }
    ChunkLocation location = index.require(chunk);
    if (location.kind().pack() != PackKind.DATA
        || extent.offset() + extent.length() > location.length()) {
      throw new CorruptObjectException("chunk " + chunk, "a file refers to bytes it does not have");
    }
    target.left.incrementAndGet();
    pieces.add(new Piece(target, chunk, location, at, extent.offset(), (int) extent.length()));
    bytes += extent.length();
    if (bytes >= MAX_BYTES || pieces.size() >= MAX_PIECES) {
      run();
    }
  }

  void end(OpenTarget target) throws IOException {
    ended.add(target);
    if (ended.size() >= MAX_TARGETS) {
      run();
    }
  }

  void finish() throws IOException {
    run();
    try {
      ranges.finish();
    } catch (SinkException e) {
      throw e.failure;
    }
  }

  private void run() throws IOException {
    for (OpenTarget target : ended) {
      target.taken();
    }
    ended.clear();
    pieces.sort(
        Comparator.comparing((Piece piece) -> piece.location().pack())
            .thenComparingInt(piece -> piece.location().firstBlock())
            .thenComparingInt(piece -> piece.location().offset()));
    try {
      int from = 0;
      while (from < pieces.size()) {
        int to = endOfRange(from);
        List<Piece> range = List.copyOf(pieces.subList(from, to));
        ranges.submit(() -> deliver(range));
        from = to;
      }
    } catch (SinkException e) {
      throw e.failure;
    }
    pieces.clear();
    bytes = 0;
  }

  private int endOfRange(int from) {
    IndexedPack pack = pieces.get(from).location().pack();
    int start = pack.blockOffset(pieces.get(from).location().firstBlock());
    int end = start;
    int to = from;
    while (to < pieces.size()) {
      ChunkLocation location = pieces.get(to).location();
      if (!location.pack().equals(pack)) {
        break;
      }
      int lastBlock = lastBlock(location);
      int blockEnd = pack.blockOffset(lastBlock) + pack.block(lastBlock).sealedLength();
      boolean first = to == from;
      if (!first
          && (blockEnd - start > MAX_RANGE
              || pack.blockOffset(location.firstBlock()) - end > MAX_GAP)) {
        break;
      }
      end = Math.max(end, blockEnd);
      to++;
    }
    return to;
  }

  private static int lastBlock(ChunkLocation location) {
    int block = location.firstBlock();
    long room = location.pack().block(block).plainLength() - (long) location.offset();
    while (room < location.length()) {
      block++;
      room += location.pack().block(block).plainLength();
    }
    return block;
  }

  /** Fetches one range of a pack and hands the pieces in it to their sinks. */
  private int deliver(List<Piece> range) {
    IndexedPack pack = range.getFirst().location().pack();
    int last = range.stream().mapToInt(piece -> lastBlock(piece.location())).max().orElseThrow();
    int first = range.getFirst().location().firstBlock();
    OpenedBlock opened = new OpenedBlock(() -> packs.fetch(pack, first, last));
    byte[] chunk = new byte[0];
    ChunkId chunkId = null;
    for (Piece piece : range) {
      if (!piece.id().equals(chunkId)) {
        chunk = copies.read(piece.id(), piece.target().pageSize, piece.location(), opened::open);
        chunkId = piece.id();
      }
      hand(piece, chunk);
    }
    return range.size();
  }

  private void hand(Piece piece, byte[] chunk) {
    try {
      piece.target().sink.write(piece.at(), chunk, piece.offset(), piece.length());
      piece.target().taken();
    } catch (IOException e) {
      throw new SinkException(e);
    }
  }

  /**
   * The block opened last: small chunks that lie side by side open it once. A range that cannot be
   * fetched fails each of its chunks, without another try.
   */
  private static final class OpenedBlock {
    private final Supplier<PackReader.BlockRange> range;
    private PackReader.@Nullable BlockRange blocks;
    private @Nullable UnusableObjectException failure;
    private int number = -1;
    private byte[] plain = new byte[0];

    OpenedBlock(Supplier<PackReader.BlockRange> range) {
      this.range = range;
    }

    byte[] open(int block) {
      if (block != number) {
        plain = blocks().open(block);
        number = block;
      }
      return plain;
    }

    private PackReader.BlockRange blocks() {
      if (failure != null) {
        throw failure;
      }
      PackReader.BlockRange fetched = blocks;
      if (fetched == null) {
        try {
          fetched = range.get();
          blocks = fetched;
        } catch (UnusableObjectException e) {
          failure = e;
          throw e;
        }
      }
      return fetched;
    }
  }

  /** Carries what a sink threw out of a task of the pool. */
  private static final class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final IOException failure;

    SinkException(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  @Override
  public void close() {
    ranges.close();
  }
}
