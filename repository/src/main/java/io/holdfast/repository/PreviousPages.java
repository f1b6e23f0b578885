package io.holdfast.repository;

import org.jspecify.annotations.Nullable;

/**
 * The pages of a file as they were in the previous backup, walked in step with the file. A page
 * whose chunk the repository lost, or whose hashes are damaged, counts as changed: it is stored
 * again, which heals the repository for what follows. For one thread.
 */
final class PreviousPages {
  private final int pageSize;
  private final ChunkStore store;
  private @Nullable PageHashCursor cursor;
  private @Nullable ChunkId lastChunk;
  private boolean lastChunkThere;

  PreviousPages(
      @Nullable Content previous,
      int pageSize,
      ChunkStore store,
      ChunkSource chunks,
      ChunkHashing hashing) {
    this.pageSize = pageSize;
    this.store = store;
    if (previous != null && previous.pageSize() == pageSize) {
      cursor = new PageHashCursor(previous, chunks, hashing);
    }
  }

  /** Steps to the next page; where it is stored if it has this hash, else null. */
  @Nullable Extent nextIfSame(byte[] hashes, int hashAt) {
    PageHashCursor pages = cursor;
    if (pages == null) {
      return null;
    }
    PageHashCursor.Page page;
    try {
      page = pages.next();
    } catch (CorruptObjectException e) {
      cursor = null;
      return null;
    }
    if (page == null) {
      cursor = null;
      return null;
    }
    ChunkId chunk = page.chunk();
    if (chunk == null || !page.hasHash(hashes, hashAt) || !isThere(chunk)) {
      return null;
    }
    return new Extent(chunk, page.offset(), pageSize);
  }

  private boolean isThere(ChunkId chunk) {
    if (!chunk.equals(lastChunk)) {
      lastChunkThere = store.reference(chunk);
      lastChunk = chunk;
    }
    return lastChunkThere;
  }
}
