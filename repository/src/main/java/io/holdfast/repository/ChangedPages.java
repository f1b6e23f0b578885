package io.holdfast.repository;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pages that are gathered into one chunk, with their hashes. For one thread at a time. */
final class ChangedPages {
  private final int pageSize;
  private final BufferPool buffers;
  private final byte[] hashes = new byte[PageWriter.PAGES_PER_CHUNK * ChunkHashing.PAGE_HASH];
  private byte @Nullable [] pages;
  private int count;
  private @Nullable ChunkId id;

  /**
   * @param buffers of the size of a full chunk
   */
  ChangedPages(int pageSize, BufferPool buffers) {
    this.pageSize = pageSize;
    this.buffers = buffers;
  }

  int size() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  boolean isFull() {
    return count == PageWriter.PAGES_PER_CHUNK;
  }

  /**
   * Gathers pages in this buffer, whose own pages are added next: those that lie where they belong
   * need no copying. No page has been added yet.
   *
   * @param buffer handed over; what lies before a page that is added from it may be overwritten
   */
  void gatherIn(byte[] buffer) {
    release();
    pages = buffer;
  }

  /** Gives the buffer back, unless pages were added. */
  void release() {
    if (count > 0) {
      throw new IllegalStateException(count + " pages are not stored");
    }
    if (pages != null) {
      buffers.giveBack(pages);
      pages = null;
    }
  }

  /** Adds a page and returns its number in the chunk. */
  @SuppressWarnings("ReferenceEquality") // whether it is the same memory
  int add(byte[] from, int at, byte[] hashesFrom, int hashAt) {
    byte[] to = pages;
    if (to == null) {
      to = buffers.take();
      pages = to;
    }
    int page = count * pageSize;
    if (to != from || page != at) {
      System.arraycopy(from, at, to, page, pageSize);
    }
    System.arraycopy(
        hashesFrom, hashAt, hashes, count * ChunkHashing.PAGE_HASH, ChunkHashing.PAGE_HASH);
    return count++;
  }

  /** Ends the chunk: nothing may be added afterwards. */
  void end(ChunkHashing hashing) {
    id = hashing.pagesId(pageSize, hashes, 0, count * ChunkHashing.PAGE_HASH);
  }

  /** The id of the chunk, null before its end. */
  @Nullable ChunkId id() {
    return id;
  }

  /** Stores the chunk, which has ended, once: afterwards only its id is left. */
  void store(ChunkStore store) {
    byte[] gathered = Objects.requireNonNull(pages);
    pages = null;
    store.putPages(
        Objects.requireNonNull(id),
        hashes,
        count * ChunkHashing.PAGE_HASH,
        gathered,
        count * pageSize,
        pageSize);
    buffers.giveBack(gathered);
  }
}
