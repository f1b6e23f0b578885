package io.holdfast.repository;

import org.jspecify.annotations.Nullable;

/**
 * The pages of a file as they were in the previous backup, walked in step with the file. A page
 * whose hash cannot be read counts as changed; one whose chunk the repository lost is to be stored
 * again with the others of that chunk, which heals the repository for earlier backups too. For one
 * thread.
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
      cursor = new PageHashCursor(previous, chunks, hashing, store::damaged);
    }
  }

  /**
   * A page that is as it was.
   *
   * @param extent where it is
   * @param pagesInChunk how many pages the chunk has that it is in
   * @param isThere whether the repository has that chunk
   */
  record Same(Extent extent, int pagesInChunk, boolean isThere) {}

  /** Steps to the next page; null unless it has this hash. */
  @Nullable Same nextIfSame(byte[] hashes, int hashAt) {
    PageHashCursor pages = cursor;
    if (pages == null) {
      return null;
    }
    PageHashCursor.Page page;
    try {
      page = pages.next();
    } catch (UnusableObjectException e) {
      store.damaged(e);
      cursor = null;
      return null;
    }
    if (page == null) {
      cursor = null;
      return null;
    }
    ChunkId chunk = page.chunk();
    if (chunk == null || !page.hasHash(hashes, hashAt)) {
      return null;
    }
    return new Same(
        new Extent(chunk, page.offset(), pageSize), page.pagesInChunk(), isThere(chunk));
  }

  private boolean isThere(ChunkId chunk) {
    if (!chunk.equals(lastChunk)) {
      lastChunkThere = store.reference(chunk);
      lastChunk = chunk;
    }
    return lastChunkThere;
  }
}
