package io.holdfast.repository;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Walks the pages of a content of kind pages in order: the hash of each and where it is stored.
 * Reads page hashes, never pages. For one thread.
 */
final class PageHashCursor {
  private final ChunkSource chunks;
  private final ChunkHashing hashing;
  private final Consumer<UnusableObjectException> damaged;
  private final int pageSize;
  private final ExtentCursor extents;
  private @Nullable Extent extent;
  private long done;
  private byte[] hashes = new byte[0];
  private @Nullable ChunkId hashesOf;

  /**
   * @param damaged told of page hashes that cannot be read: of those pages nothing is known
   */
  PageHashCursor(
      Content content,
      ChunkSource chunks,
      ChunkHashing hashing,
      Consumer<UnusableObjectException> damaged) {
    this.damaged = damaged;
    this.chunks = chunks;
    this.hashing = hashing;
    this.pageSize = content.pageSize();
    this.extents = new ExtentCursor(content.extents(), chunks);
  }

  /** A page of the content; without a chunk it is all zeros, without hashes nobody knows. */
  @SuppressWarnings("ArrayRecordComponent") // many pages share one list of hashes
  record Page(@Nullable ChunkId chunk, int offset, byte[] hashes, int hashAt) {
    boolean hasHash(byte[] other, int at) {
      return chunk != null
          && hashes.length > 0
          && Arrays.equals(
              hashes,
              hashAt,
              hashAt + ChunkHashing.PAGE_HASH,
              other,
              at,
              at + ChunkHashing.PAGE_HASH);
    }

    /** How many pages its chunk has. */
    int pagesInChunk() {
      return hashes.length / ChunkHashing.PAGE_HASH;
    }
  }

  /** The next whole page, or null after the last. */
  @Nullable Page next() {
    while (extent == null || done >= extent.length()) {
      extent = extents.next();
      done = 0;
      if (extent == null || extent.length() % pageSize != 0) {
        extent = null;
        return null; // the end, or the tail that is no page
      }
    }
    Extent current = extent;
    long at = done;
    done += pageSize;
    ChunkId chunk = current.chunk();
    if (chunk == null) {
      return new Page(null, 0, hashes, 0);
    }
    if (!chunk.equals(hashesOf)) {
      hashes = read(chunk);
      hashesOf = chunk;
    }
    int offset = (int) (current.offset() + at);
    int hashAt = offset / pageSize * ChunkHashing.PAGE_HASH;
    if (offset % pageSize != 0
        || (hashes.length > 0 && hashAt + ChunkHashing.PAGE_HASH > hashes.length)) {
      throw new CorruptObjectException(
          "chunk " + chunk, "a file refers to a page it does not have");
    }
    return new Page(chunk, offset, hashes, hashAt);
  }

  private byte[] read(ChunkId pages) {
    try {
      return readWhole(pages);
    } catch (UnusableObjectException e) {
      damaged.accept(e);
      return new byte[0];
    }
  }

  private byte[] readWhole(ChunkId pages) {
    byte[] list = chunks.get(hashing.pageHashesId(pages), ChunkKind.PAGE_HASHES);
    if (!hashing.pagesId(pageSize, list, 0, list.length).equals(pages)) {
      throw new CorruptObjectException("chunk " + pages, "its page hashes are not its own");
    }
    return list;
  }
}
