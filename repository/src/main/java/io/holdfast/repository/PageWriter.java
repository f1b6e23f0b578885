package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Makes the content of one relation file out of its pages: pages that are as they were in the
 * previous backup are referred to, changed ones are gathered in page order into chunks of {@value
 * #PAGES_PER_CHUNK}, and all-zero ones are holes. What changed is decided by keyed hashes of the
 * content alone. Hashing and compressing use all cores. For one thread; several writers work side
 * by side. docs/repository-format.md sections 9 and 10.
 */
public final class PageWriter implements AutoCloseable {
  static final int PAGES_PER_CHUNK = 128;

  /** A change moves no leaf of content other than its own. */
  private static final long LEAF_PAGES = 8192;

  /** Pieces that wait for a chunk to be full; more than that, and it is stored as it is. */
  private static final int MAX_WAITING = 16_384;

  private final ChunkStore store;
  private final ChunkHashing hashing;
  private final int pageSize;
  private final ExtentWriter extents;
  private final Mac checksum;
  private final InOrder<Batch> hashed;
  private final InOrder<ChunkId> stored;
  private final PreviousPages previous;
  private final byte[] noHash = new byte[ChunkHashing.PAGE_HASH];
  private byte[] batch;
  private int batchSize;
  private ChangedPages changed;
  private final List<Piece> waiting = new ArrayList<>();
  private long length;
  private long changedPages;
  private boolean ended;

  PageWriter(
      ChunkStore store,
      ChunkSource chunks,
      ChunkHashing hashing,
      ExecutorService cpu,
      int window,
      int pageSize,
      @Nullable Content previous) {
    if (pageSize < 512 || pageSize > 32_768 || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("not a page size: " + pageSize);
    }
    this.store = store;
    this.hashing = hashing;
    this.pageSize = pageSize;
    this.extents = new ExtentWriter(store, LEAF_PAGES * pageSize);
    this.checksum = hashing.pagesChecksum();
    this.hashed = new InOrder<>(cpu, window, this::compare);
    this.stored = new InOrder<>(cpu, window, id -> {});
    this.previous = new PreviousPages(previous, pageSize, store, chunks, hashing);
    this.batch = new byte[pageSize * PAGES_PER_CHUNK];
    this.changed = new ChangedPages(pageSize);
  }

  @SuppressWarnings("ArrayRecordComponent") // handed over, not kept
  private record Batch(byte[] pages, byte[] hashes) {}

  /** A piece of the file: final, or one page that waits for its chunk's id. */
  private sealed interface Piece {
    record Known(Extent extent) implements Piece {}

    record InChunk(int page) implements Piece {}
  }

  /**
   * Adds the next pages.
   *
   * @param size a multiple of the page size, but in the last call
   */
  public void append(byte[] bytes, int offset, int size) {
    if (ended) {
      throw new IllegalStateException("something follows the end of the file");
    }
    ended = size % pageSize != 0;
    length += size;
    int from = 0;
    while (from < size) {
      int part = Math.min(size - from, batch.length - batchSize);
      System.arraycopy(bytes, offset + from, batch, batchSize, part);
      batchSize += part;
      from += part;
      if (batchSize == batch.length) {
        submitBatch();
      }
    }
  }

  private void submitBatch() {
    byte[] pages = batchSize == batch.length ? batch : Arrays.copyOf(batch, batchSize);
    batch = new byte[pageSize * PAGES_PER_CHUNK];
    batchSize = 0;
    hashed.submit(() -> new Batch(pages, hashing.pageHashes(pages, 0, pages.length, pageSize)));
  }

  private void compare(Batch pages) {
    for (int at = 0; at < pages.pages().length; at += pageSize) {
      place(piece(pages, at));
      if (changed.isFull() || waiting.size() >= MAX_WAITING) {
        storeChanged();
      }
    }
  }

  private Piece piece(Batch pages, int at) {
    int hashAt = at / pageSize * ChunkHashing.PAGE_HASH;
    Extent same = previous.nextIfSame(pages.hashes(), hashAt);
    if (isZero(pages.pages(), at)) {
      checksum.update(noHash);
      return new Piece.Known(Extent.hole(pageSize));
    }
    checksum.update(pages.hashes(), hashAt, ChunkHashing.PAGE_HASH);
    if (same != null) {
      return new Piece.Known(same);
    }
    changedPages++;
    return new Piece.InChunk(changed.add(pages.pages(), at, pages.hashes(), hashAt));
  }

  private boolean isZero(byte[] pages, int at) {
    return pages[at] == 0
        && Arrays.equals(pages, at, at + pageSize - 1, pages, at + 1, at + pageSize);
  }

  private void place(Piece piece) {
    if (waiting.isEmpty() && piece instanceof Piece.Known(Extent extent)) {
      extents.add(extent);
    } else {
      waiting.add(piece);
    }
  }

  private void storeChanged() {
    ChangedPages pages = changed;
    changed = new ChangedPages(pageSize);
    ChunkId id = pages.id(hashing);
    stored.submit(
        () -> {
          pages.store(store, id);
          return id;
        });
    for (Piece piece : waiting) {
      extents.add(
          switch (piece) {
            case Piece.Known(Extent extent) -> extent;
            case Piece.InChunk(int page) -> new Extent(id, page * pageSize, pageSize);
          });
    }
    waiting.clear();
  }

  /** Pages that were not as in the previous backup; complete after {@link #finish}. */
  public long changedPages() {
    return changedPages;
  }

  /** The content; nothing may be added afterwards. */
  public Content finish() {
    int tail = batchSize % pageSize;
    byte[] tailBytes = Arrays.copyOfRange(batch, batchSize - tail, batchSize);
    batchSize -= tail;
    if (batchSize > 0) {
      submitBatch();
    }
    hashed.finish();
    if (!changed.isEmpty()) {
      storeChanged();
    }
    stored.finish();
    if (tail > 0) {
      ChunkId id = store.put(ChunkKind.BYTES, tailBytes, 0, tail);
      checksum.update(id.rawBytes());
      extents.add(new Extent(id, 0, tail));
    }
    checksum.update(ByteBuffer.allocate(8).putLong(0, length));
    return new Content(ChunkKind.PAGES, length, checksum.doFinal(), pageSize, extents.finish());
  }

  @Override
  public void close() {
    hashed.close();
    stored.close();
  }
}
