package io.holdfast.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
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

  /** Pieces that wait for a chunk to be full; a batch that leaves so many ends all chunks. */
  private static final int MAX_WAITING = 16_384;

  /** As much of a source is asked for as stays in the processor's cache. */
  private static final int PIECE = 256 << 10;

  /** Bytes of buffers that are kept while nobody uses them. */
  private static final int MAX_IDLE = 16 << 20;

  private final ChunkStore store;
  private final ChunkHashing hashing;
  private final int pageSize;
  private final ExtentWriter extents;
  private final Mac checksum;
  private final InOrder<Batch> hashed;
  private final InOrder<Boolean> stored;
  private final PreviousPages previous;
  private final byte[] noHash = new byte[ChunkHashing.PAGE_HASH];
  private final BufferPool buffers;

  /** Has no room, or is a buffer. */
  private byte[] batch = new byte[0];

  private int batchSize;
  private ChangedPages changed;
  private final LostChunksOfPages lost;
  private final Deque<Piece> waiting = new ArrayDeque<>();
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
      BufferPool buffers,
      @Nullable Content previous) {
    if (pageSize < 512 || pageSize > 32_768 || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("not a page size: " + pageSize);
    }
    this.store = store;
    this.hashing = hashing;
    this.pageSize = pageSize;
    this.extents = new ExtentWriter(store, LEAF_PAGES * pageSize);
    this.checksum = hashing.pagesChecksum();
    this.hashed = new InOrder<>("writing to the repository", cpu, window, this::compare);
    this.stored = new InOrder<>("writing to the repository", cpu, window, done -> {});
    this.previous = new PreviousPages(previous, pageSize, store, chunks, hashing);
    this.buffers = buffers;
    this.changed = new ChangedPages(pageSize, buffers);
    this.lost = new LostChunksOfPages(pageSize, buffers);
  }

  /** The buffers that writers of pages of this size share. */
  static BufferPool buffers(int pageSize) {
    int size = pageSize * PAGES_PER_CHUNK;
    return new BufferPool(size, MAX_IDLE / size);
  }

  /** Pages, which take so many bytes of a buffer. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not kept
  private record Batch(byte[] pages, int length, byte[] hashes) {}

  /** A piece of the file: final, or one page that waits for its chunk's id. */
  private sealed interface Piece {
    record Known(Extent extent) implements Piece {}

    record InChunk(ChangedPages chunk, int page) implements Piece {}
  }

  /**
   * Adds the pages of a source up to its end, which only the last time may be amid a page.
   *
   * @param source asked for whole pages at a time
   */
  public void append(ByteSource source) throws IOException {
    if (ended) {
      throw new IllegalStateException("something follows the end of the file");
    }
    int count = 0;
    while (count >= 0) {
      batchSize += count;
      length += count;
      if (batchSize == pageSize * PAGES_PER_CHUNK) {
        submitBatch();
      }
      if (batch.length == 0) {
        batch = buffers.take();
      }
      count = source.read(batch, batchSize, Math.min(batch.length - batchSize, PIECE));
    }
    ended = length % pageSize != 0;
  }

  private void submitBatch() {
    byte[] pages = batch;
    int size = batchSize;
    batch = new byte[0];
    batchSize = 0;
    hashed.submit(() -> new Batch(pages, size, hashing.pageHashes(pages, 0, size, pageSize)));
  }

  private void compare(Batch pages) {
    boolean handedOn = changed.isEmpty();
    if (handedOn) {
      changed.gatherIn(pages.pages());
    }
    for (int at = 0; at < pages.length(); at += pageSize) {
      waiting.add(piece(pages, at));
      if (changed.isFull()) {
        storeChanged();
      }
      drain();
    }
    if (!handedOn) {
      buffers.giveBack(pages.pages());
    }
    // Not amid the batch: what is stored gives its buffer back, which may be the batch's own. That
    // one is full only at the batch's end, since a batch has as many pages as a chunk.
    if (waiting.size() >= MAX_WAITING) {
      storeAll();
    }
  }

  private Piece piece(Batch pages, int at) {
    int hashAt = at / pageSize * ChunkHashing.PAGE_HASH;
    PreviousPages.Same same = previous.nextIfSame(pages.hashes(), hashAt);
    if (isZero(pages.pages(), at)) {
      checksum.update(noHash);
      return new Piece.Known(Extent.hole(pageSize));
    }
    checksum.update(pages.hashes(), hashAt, ChunkHashing.PAGE_HASH);
    if (same != null && same.isThere()) {
      return new Piece.Known(same.extent());
    }
    changedPages++;
    ChunkId lostChunk = same == null ? null : same.extent().chunk();
    ChangedPages chunk = lostChunk == null ? changed : lost.of(lostChunk);
    int page = chunk.add(pages.pages(), at, pages.hashes(), hashAt);
    if (same != null && lostChunk != null) {
      ChangedPages ready = lost.takeReady(lostChunk, same.pagesInChunk());
      if (ready != null) {
        store(ready);
      }
    }
    return new Piece.InChunk(chunk, page);
  }

  private boolean isZero(byte[] pages, int at) {
    return pages[at] == 0
        && Arrays.equals(pages, at, at + pageSize - 1, pages, at + 1, at + pageSize);
  }

  private void storeChanged() {
    store(changed);
    changed = new ChangedPages(pageSize, buffers);
  }

  private void storeAll() {
    if (!changed.isEmpty()) {
      storeChanged();
    }
    lost.takeAll().forEach(this::store);
  }

  private void store(ChangedPages pages) {
    pages.end(hashing);
    stored.submit(
        () -> {
          pages.store(store);
          return true;
        });
  }

  /** Takes the pieces that wait for nothing any more, up to the first that does. */
  private void drain() {
    for (Piece piece = waiting.peek(); piece != null; piece = waiting.peek()) {
      switch (piece) {
        case Piece.Known(Extent extent) -> extents.add(extent);
        case Piece.InChunk(ChangedPages chunk, int page) -> {
          ChunkId id = chunk.id();
          if (id == null) {
            return;
          }
          extents.add(new Extent(id, page * pageSize, pageSize));
        }
      }
      waiting.remove();
    }
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
    } else if (batch.length > 0) {
      buffers.giveBack(batch);
      batch = new byte[0];
    }
    hashed.finish();
    storeAll();
    changed.release();
    drain();
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
