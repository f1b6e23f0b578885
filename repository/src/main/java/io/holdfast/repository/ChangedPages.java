package io.holdfast.repository;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pages that are gathered into one chunk, with their hashes. For one thread at a time. */
final class ChangedPages {
  private final int pageSize;
  private byte[] pages;
  private final byte[] hashes = new byte[PageWriter.PAGES_PER_CHUNK * ChunkHashing.PAGE_HASH];
  private int count;
  private @Nullable ChunkId id;

  ChangedPages(int pageSize) {
    this.pageSize = pageSize;
    this.pages = new byte[4 * pageSize];
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

  /** Adds a page and returns its number in the chunk. */
  int add(byte[] from, int at, byte[] hashesFrom, int hashAt) {
    if ((count + 1) * pageSize > pages.length) {
      pages = Arrays.copyOf(pages, pages.length * 2);
    }
    System.arraycopy(from, at, pages, count * pageSize, pageSize);
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

  /** Stores the chunk, which has ended. */
  void store(ChunkStore store) {
    store.putPages(
        Objects.requireNonNull(id),
        hashes,
        count * ChunkHashing.PAGE_HASH,
        pages,
        count * pageSize,
        pageSize);
  }
}
