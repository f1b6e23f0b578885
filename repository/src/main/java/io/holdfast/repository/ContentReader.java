package io.holdfast.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads contents back. Works through its targets in windows of bounded size: what a window needs is
 * sorted by where it lies, neighbouring blocks are fetched together, each is opened and every chunk
 * checked once, on all cores. Thread-safe.
 */
public final class ContentReader {
  private final ChunkIndex index;
  private final PackReader packs;
  private final ChunkSource chunks;
  private final ChunkHashing hashing;
  private final ExecutorService cpu;
  private final int parallelism;

  ContentReader(
      ChunkIndex index,
      PackReader packs,
      ChunkSource chunks,
      ChunkHashing hashing,
      ExecutorService cpu,
      int parallelism) {
    this.index = index;
    this.packs = packs;
    this.chunks = chunks;
    this.hashing = hashing;
    this.cpu = cpu;
    this.parallelism = parallelism;
  }

  /** Takes the bytes of one content, in pieces. */
  public interface Sink {
    /**
     * Takes a piece, in any order, from any thread, also from several at once. The array is not to
     * be kept.
     *
     * @param offset where the piece belongs in the file
     */
    void write(long offset, byte[] bytes, int from, int length) throws IOException;

    /** Takes a hole, likewise: zero bytes that need not be stored. */
    void hole(long offset, long length) throws IOException;

    /** Called once, after the last piece was taken, from any thread. */
    void complete() throws IOException;
  }

  /**
   * A content to read.
   *
   * @param neededPage for a content of pages: which pages to read, by number; null for all. The
   *     tail and other contents are always read whole
   */
  public record Target(Content content, Sink sink, @Nullable LongPredicate neededPage) {
    public Target(Content content, Sink sink) {
      this(content, sink, null);
    }
  }

  /**
   * Reads all targets. Each is taken from the iterator not long before it is read, and at most some
   * hundreds are underway at once. A failure of one sink or of one chunk ends the whole.
   *
   * @throws CorruptObjectException when a chunk is missing or damaged
   * @throws UnreadableObjectException when the store does not give the only copy of a chunk
   * @throws IOException what a sink threw
   */
  public void read(Iterator<Target> targets) throws IOException {
    try (ReadWindow window = new ReadWindow(index, packs, hashing, cpu, parallelism)) {
      while (targets.hasNext()) {
        read(targets.next(), window);
      }
      window.finish();
    }
  }

  private void read(Target target, ReadWindow window) throws IOException {
    ReadWindow.OpenTarget open = window.start(target);
    ExtentCursor extents = new ExtentCursor(target.content().extents(), chunks);
    LongPredicate needed = target.neededPage();
    int pageSize = target.content().pageSize();
    long at = 0;
    for (Extent extent = extents.next(); extent != null; extent = extents.next()) {
      if (needed == null || extent.length() % pageSize != 0) {
        window.add(open, at, extent);
      } else {
        addNeeded(window, open, at, extent, pageSize, needed);
      }
      at += extent.length();
    }
    window.end(open);
  }

  private static void addNeeded(
      ReadWindow window,
      ReadWindow.OpenTarget open,
      long at,
      Extent extent,
      int pageSize,
      LongPredicate needed)
      throws IOException {
    long run = 0;
    for (long from = 0; from < extent.length(); from += pageSize) {
      if (needed.test((at + from) / pageSize)) {
        run += pageSize;
      } else {
        addPart(window, open, at, extent, from - run, run);
        run = 0;
      }
    }
    addPart(window, open, at, extent, extent.length() - run, run);
  }

  private static void addPart(
      ReadWindow window, ReadWindow.OpenTarget open, long at, Extent extent, long from, long length)
      throws IOException {
    if (length > 0) {
      Extent part =
          extent.isHole()
              ? Extent.hole(length)
              : new Extent(extent.chunk(), (int) (extent.offset() + from), length);
      window.add(open, at + from, part);
    }
  }

  /**
   * Reads a short content whole.
   *
   * @throws IllegalArgumentException when it has more than {@code maximum} bytes
   */
  public byte[] readSmall(Content content, int maximum) {
    if (content.length() > maximum) {
      throw new IllegalArgumentException(content.length() + " bytes are more than " + maximum);
    }
    byte[] bytes = new byte[(int) content.length()];
    try {
      read(List.of(new Target(content, new ArraySink(bytes))).iterator());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes;
  }

  @SuppressWarnings("ArrayRecordComponent") // written to, that is its purpose
  private record ArraySink(byte[] bytes) implements Sink {
    @Override
    public void write(long offset, byte[] piece, int from, int length) {
      System.arraycopy(piece, from, bytes, (int) offset, length);
    }

    @Override
    public void hole(long offset, long length) {}

    @Override
    public void complete() {}
  }

  /**
   * Whether the first bytes of a content that are stored are compressed: what does not become
   * smaller is stored as it is. False for holes alone, and for what is lost.
   */
  public boolean isCompressed(Content content) {
    ChunkId first;
    try {
      first = firstChunk(content);
    } catch (UnusableObjectException e) {
      return false;
    }
    ChunkLocation location = first == null ? null : index.find(first);
    return location != null
        && location.pack().block(location.firstBlock()).codec() != Codec.NONE.code();
  }

  private @Nullable ChunkId firstChunk(Content content) {
    ExtentCursor extents = new ExtentCursor(content.extents(), chunks);
    for (Extent extent = extents.next(); extent != null; extent = extents.next()) {
      if (extent.chunk() != null) {
        return extent.chunk();
      }
    }
    return null;
  }

  /** The hashes of the pages of a content, for telling which a local file has already. */
  public PageHashes pageHashes(Content content) {
    return new PageHashes(
        new PageHashCursor(
            content,
            chunks,
            hashing,
            damage ->
                index
                    .notes()
                    .warn(damage.getMessage() + "; the pages that it tells of are all fetched")),
        hashing,
        content.pageSize());
  }
}
