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
  private final ItemStarts rows = ItemStarts.ofRows();
  private final ItemStarts entries = ItemStarts.ofEntries();

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
    int prepared = 0;
    int pointers = 0;
    rows.clear();
    entries.clear();
    out[0] = (byte) Integer.numberOfTrailingZeros(pageSize);
    for (int page = 0; page < count; page++) {
      int at = offset + page * pageSize;
      int kind = kind(plain, at);
      out[1 + page] = (byte) kind;
      if (kind != 0) {
        prepared++;
        pointers += layout.pointers();
        rows.addAll(layout, at);
        entries.addAll(layout, at);
      }
    }
    if (2 * prepared < count) {
      return -1;
    }
    int header = 1 + count;
    int pointer = header + prepared * PageLayout.HEADER;
    int end = pointer + pointers * PageLayout.POINTER;
    end = rows.split(plain, out, end);
    end = entries.split(plain, out, end);
    for (int page = 0; page < count; page++) {
      int at = offset + page * pageSize;
      int kind = out[1 + page];
      if (kind == 0) {
        end = copy(plain, at, at + pageSize, out, end);
        continue;
      }
      layout.readHeader(plain, at);
      layout.readItems(plain, at);
      for (int i = 0; i < PageLayout.HEADER; i++) {
        out[header + i * prepared] = plain[at + i];
      }
      header++;
      splitPointers(plain, at, out, pointer, pointers);
      pointer += layout.pointers();
      end = copyRest(plain, at, kind, out, end);
    }
    return end;
  }

  private int kind(byte[] plain, int at) {
    if (!layout.readHeader(plain, at) || !layout.readItems(plain, at)) {
      return 0;
    }
    boolean hole = isZero(plain, at + layout.lower(), at + layout.upper());
    boolean padding = true;
    for (int item = 0; item < layout.items(); item++) {
      padding &= isZero(plain, at + layout.endOf(item), at + layout.alignedEndOf(item));
    }
    return PREPARED | (hole ? 0 : HOLE) | (padding ? 0 : PADDING);
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    return Arrays.equals(bytes, from, to, ZEROS, 0, to - from);
  }

  /** Items usually follow each other, so that an offset follows from the one before. */
  private void splitPointers(byte[] plain, int at, byte[] out, int first, int stride) {
    int end = layout.special();
    int to = first;
    for (int i = PageLayout.HEADER; i < layout.lower(); i += PageLayout.POINTER) {
      int pointer = PageLayout.intAt(plain, at + i);
      int length = PageLayout.lengthIn(pointer);
      if (length > 0) {
        int offset = PageLayout.offsetIn(pointer);
        pointer = PageLayout.withOffset(pointer, offset - (end - PageLayout.aligned(length)));
        end = offset;
      }
      for (int column = 0; column < PageLayout.POINTER; column++) {
        out[to + column * stride] = (byte) (pointer >>> (8 * column));
      }
      to++;
    }
  }

  private int copyRest(byte[] plain, int at, int kind, byte[] out, int to) {
    int end = to;
    if ((kind & HOLE) != 0) {
      end = copy(plain, at + layout.lower(), at + layout.upper(), out, end);
    }
    for (int item = 0; item < layout.items(); item++) {
      int last = (kind & PADDING) == 0 ? layout.endOf(item) : layout.alignedEndOf(item);
      end = copy(plain, at + layout.bodyAt(item), at + last, out, end);
    }
    return copy(plain, at + layout.special(), at + pageSize, out, end);
  }

  private static int copy(byte[] in, int from, int end, byte[] out, int to) {
    System.arraycopy(in, from, out, to, end - from);
    return to + end - from;
  }
}
