package io.holdfast.repository;

import java.util.Arrays;

/**
 * Prepares PostgreSQL pages for compression, without loss: bytes that are alike in all of them are
 * put side by side, and what follows from other bytes is left out; docs/repository-format.md
 * section 7.1. {@link PageUnfilter} undoes it. For one thread.
 */
final class PageFilter {
  /** Its number in a block. */
  static final int CODE = 1;

  /** What is said of a page: that it is prepared, and what of it is kept although usually zero. */
  static final int PREPARED = 1;

  static final int HOLE = 2;
  static final int PADDING = 4;

  static final int MIN_SIZE_LOG = 9;
  static final int MAX_SIZE_LOG = 15;

  private static final byte[] ZEROS = new byte[1 << MAX_SIZE_LOG];

  private final int pageSize;
  private final PageLayout layout;
  private final PageColumns columns = new PageColumns();

  /** What is not in columns; it is known where that starts when all pages were looked at. */
  private byte[] rest = new byte[0];

  PageFilter(int pageSize) {
    this.pageSize = pageSize;
    this.layout = new PageLayout(pageSize);
  }

  int pageSize() {
    return pageSize;
  }

  /** Bytes that so many plain ones need at most. */
  static int bound(int plainLength) {
    return 1 + plainLength + (plainLength >> MIN_SIZE_LOG);
  }

  /**
   * Prepares whole pages.
   *
   * @param out takes them, and has room for {@link #bound}
   * @return the length, or -1 when fewer than half of them are pages of items: it is not worth it
   */
  int prepare(byte[] plain, int offset, int length, byte[] out) {
    int count = length / pageSize;
    if (rest.length < length) {
      rest = new byte[length];
    }
    columns.clear();
    out[0] = (byte) Integer.numberOfTrailingZeros(pageSize);
    int restSize = 0;
    for (int page = 0; page < count; page++) {
      int at = offset + page * pageSize;
      int kind = kind(plain, at);
      out[1 + page] = (byte) kind;
      if (kind == 0) {
        System.arraycopy(plain, at, rest, restSize, pageSize);
        restSize += pageSize;
      } else {
        columns.headers().add(plain, at);
        addPointers(plain, at);
        restSize = addItems(plain, at, kind, restSize);
      }
    }
    if (2 * columns.headers().count() < count) {
      return -1;
    }
    int end = columns.write(out, 1 + count);
    System.arraycopy(rest, 0, out, end, restSize);
    return end + restSize;
  }

  private int kind(byte[] plain, int at) {
    if (!layout.readHeader(plain, at) || !layout.readItems(plain, at)) {
      return 0;
    }
    int lower = at + layout.lower();
    int hole = at + layout.upper() - lower;
    boolean empty = Arrays.equals(plain, lower, lower + hole, ZEROS, 0, hole);
    boolean padded = true;
    for (int item = 0; item < layout.items() && padded; item++) {
      padded = layout.isPaddedWithZeros(item, plain, at);
    }
    return PREPARED | (empty ? 0 : HOLE) | (padded ? 0 : PADDING);
  }

  /** Items usually follow each other, so that an offset follows from the one before. */
  private void addPointers(byte[] plain, int at) {
    int end = layout.special();
    for (int i = PageLayout.HEADER; i < layout.lower(); i += PageLayout.POINTER) {
      int pointer = PageLayout.intAt(plain, at + i);
      int length = PageLayout.lengthIn(pointer);
      if (length > 0) {
        int offset = PageLayout.offsetIn(pointer);
        pointer = PageLayout.withOffset(pointer, offset - (end - PageLayout.aligned(length)));
        end = offset;
      }
      columns.pointers().add(pointer);
    }
  }

  private int addItems(byte[] plain, int at, int kind, int restSize) {
    ByteColumns headers = columns.itemHeaders(layout);
    int end = restSize;
    if ((kind & HOLE) != 0) {
      end = copy(plain, at + layout.lower(), at + layout.upper(), end);
    }
    for (int item = 0; item < layout.items(); item++) {
      if (layout.hasHeader(item)) {
        headers.add(plain, at + layout.offset(item));
      }
      int last = (kind & PADDING) == 0 ? layout.endOf(item) : layout.alignedEndOf(item);
      end = copy(plain, at + layout.bodyAt(item), at + last, end);
    }
    return copy(plain, at + layout.special(), at + pageSize, end);
  }

  private int copy(byte[] plain, int from, int end, int to) {
    PageLayout.copy(plain, from, rest, to, end - from);
    return to + end - from;
  }
}
