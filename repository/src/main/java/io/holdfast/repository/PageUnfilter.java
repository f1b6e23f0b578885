package io.holdfast.repository;

import java.util.Arrays;

/**
 * Brings back the pages that a {@link PageFilter} prepared. Keeps its memory between blocks. For
 * one thread.
 */
final class PageUnfilter {
  private static final int KINDS = PageFilter.PREPARED | PageFilter.HOLE | PageFilter.PADDING;

  private final PageColumns columns = new PageColumns();
  private PageLayout layout = new PageLayout(1 << PageFilter.MIN_SIZE_LOG);

  /**
   * Brings back exactly {@code plainLength} bytes.
   *
   * @param length how many of the prepared bytes count
   * @param plain takes them; means nothing after an exception
   * @param what names them in messages
   * @throws CorruptObjectException when they are no prepared pages of that length
   */
  void restore(byte[] prepared, int length, byte[] plain, int plainLength, String what) {
    int log = length == 0 ? 0 : prepared[0];
    if (log < PageFilter.MIN_SIZE_LOG
        || log > PageFilter.MAX_SIZE_LOG
        || plainLength % (1 << log) != 0) {
      throw damaged(what);
    }
    if (layout.pageSize() != 1 << log) {
      layout = new PageLayout(1 << log);
    }
    try {
      if (new Block(prepared, plain, plainLength >> log, what).restore() != length) {
        throw damaged(what);
      }
    } catch (IndexOutOfBoundsException e) {
      throw damaged(what);
    }
  }

  private static CorruptObjectException damaged(String what) {
    return new CorruptObjectException(what, "it does not hold pages as they are prepared");
  }

  /** The block at hand. */
  private final class Block {
    private final byte[] prepared;
    private final byte[] plain;
    private final int count;
    private final String what;

    Block(byte[] prepared, byte[] plain, int count, String what) {
      this.prepared = prepared;
      this.plain = plain;
      this.count = count;
      this.what = what;
    }

    /** Returns how many of the prepared bytes that took. */
    int restore() {
      int pages = 0;
      for (int page = 0; page < count; page++) {
        pages += kind(page) & PageFilter.PREPARED;
      }
      int end = columns.headers().read(prepared, 1 + count, pages);
      int pointers = restoreHeaders();
      end = columns.pointers().read(prepared, end, pointers);
      int rows = 0;
      int entries = 0;
      for (int page = 0; page < count; page++) {
        if (kind(page) != 0) {
          int headers = restorePointers(page * layout.pageSize());
          rows += layout.holdsRows() ? headers : 0;
          entries += layout.holdsRows() ? 0 : headers;
        }
      }
      end = columns.rows().read(prepared, end, rows);
      end = columns.entries().read(prepared, end, entries);
      for (int page = 0; page < count; page++) {
        end = restoreRest(page * layout.pageSize(), kind(page), end);
      }
      return end;
    }

    private int kind(int page) {
      int kind = prepared[1 + page];
      if ((kind & ~KINDS) != 0 || (kind != 0 && (kind & PageFilter.PREPARED) == 0)) {
        throw damaged(what);
      }
      return kind;
    }

    /** Returns how many item pointers there are. */
    private int restoreHeaders() {
      int pointers = 0;
      for (int page = 0; page < count; page++) {
        if (kind(page) != 0) {
          int at = page * layout.pageSize();
          columns.headers().take(plain, at);
          readHeader(at);
          pointers += layout.pointers();
        }
      }
      return pointers;
    }

    /** Returns how many items of the page have a header. */
    private int restorePointers(int at) {
      readHeader(at);
      int end = layout.special();
      for (int i = PageLayout.HEADER; i < layout.lower(); i += PageLayout.POINTER) {
        int pointer = (int) columns.pointers().take();
        int length = PageLayout.lengthIn(pointer);
        if (length > 0) {
          int predicted = end - PageLayout.aligned(length);
          pointer = PageLayout.withOffset(pointer, PageLayout.offsetIn(pointer) + predicted);
          end = PageLayout.offsetIn(pointer);
        }
        PageLayout.setInt(plain, at + i, pointer);
      }
      readItems(at);
      int headers = 0;
      for (int item = 0; item < layout.items(); item++) {
        headers += layout.hasHeader(item) ? 1 : 0;
      }
      return headers;
    }

    private void readHeader(int at) {
      if (!layout.readHeader(plain, at)) {
        throw damaged(what);
      }
    }

    /** Items that tile their page touch neither each other nor anything else. */
    private void readItems(int at) {
      if (!layout.readItems(plain, at)) {
        throw damaged(what);
      }
    }

    private int restoreRest(int at, int kind, int from) {
      if (kind == 0) {
        return copy(from, at, at + layout.pageSize());
      }
      readHeader(at);
      readItems(at);
      int end = from;
      if ((kind & PageFilter.HOLE) == 0) {
        Arrays.fill(plain, at + layout.lower(), at + layout.upper(), (byte) 0);
      } else {
        end = copy(end, at + layout.lower(), at + layout.upper());
      }
      ByteColumns headers = columns.itemHeaders(layout);
      boolean padded = (kind & PageFilter.PADDING) != 0;
      for (int item = 0; item < layout.items(); item++) {
        if (layout.hasHeader(item)) {
          headers.take(plain, at + layout.offset(item));
        }
        int last = at + (padded ? layout.alignedEndOf(item) : layout.endOf(item));
        end = copy(end, at + layout.bodyAt(item), last);
        for (int i = last; i < at + layout.alignedEndOf(item); i++) {
          plain[i] = 0;
        }
      }
      return copy(end, at + layout.special(), at + layout.pageSize());
    }

    private int copy(int from, int to, int end) {
      PageLayout.copy(prepared, from, plain, to, end - to);
      return from + end - to;
    }
  }
}
