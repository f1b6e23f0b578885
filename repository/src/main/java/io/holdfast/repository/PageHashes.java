package io.holdfast.repository;

/**
 * Compares the pages of a local file, in order, with those of a content, without reading the
 * latter. For one thread.
 */
public final class PageHashes {
  private final PageHashCursor pages;
  private final ChunkHashing hashing;
  private final int pageSize;

  PageHashes(PageHashCursor pages, ChunkHashing hashing, int pageSize) {
    this.pages = pages;
    this.hashing = hashing;
    this.pageSize = pageSize;
  }

  /**
   * Compares the next pages.
   *
   * @param length a multiple of the page size
   * @return for each page whether the content has the same at its place; false beyond its end, and
   *     where the repository lost what it knew of the page
   */
  public boolean[] same(byte[] bytes, int offset, int length) {
    byte[] hashes = hashing.pageHashes(bytes, offset, length, pageSize);
    boolean[] same = new boolean[length / pageSize];
    for (int i = 0; i < same.length; i++) {
      PageHashCursor.Page page = pages.next();
      if (page == null) {
        break;
      }
      same[i] =
          page.chunk() == null
              ? isZero(bytes, offset + i * pageSize)
              : page.hasHash(hashes, i * ChunkHashing.PAGE_HASH);
    }
    return same;
  }

  private boolean isZero(byte[] bytes, int at) {
    return bytes[at] == 0
        && java.util.Arrays.equals(bytes, at, at + pageSize - 1, bytes, at + 1, at + pageSize);
  }
}
