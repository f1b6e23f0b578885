package io.holdfast.repository;

/** Brings back the pages that a {@link PageFilter} prepared. For one thread, once. */
final class PageUnfilter {
  private static final int KINDS = PageFilter.PREPARED | PageFilter.HOLE | PageFilter.PADDING;

  private final byte[] prepared;
  private final int length;
  private final byte[] plain;
  private final int pageSize;
  private final String what;
  private final PageLayout layout;

  private PageUnfilter(byte[] prepared, int length, byte[] plain, int pageSize, String what) {
    this.prepared = prepared;
    this.length = length;
    this.plain = plain;
    this.pageSize = pageSize;
    this.what = what;
    this.layout = new PageLayout(pageSize);
  }

  /**
   * Brings back exactly {@code plainLength} bytes.
   *
   * @param length how many of the prepared bytes count
   * @param what names them in messages
   * @throws CorruptObjectException when they are no prepared pages of that length
   */
  static byte[] restore(byte[] prepared, int length, int plainLength, String what) {
    int log = length == 0 ? 0 : prepared[0];
    if (log < PageFilter.MIN_SIZE_LOG
        || log > PageFilter.MAX_SIZE_LOG
        || plainLength % (1 << log) != 0) {
      throw damaged(what);
    }
    byte[] plain = new byte[plainLength];
    try {
      new PageUnfilter(prepared, length, plain, 1 << log, what).restore();
    } catch (IndexOutOfBoundsException e) {
      throw damaged(what);
    }
    return plain;
  }

  private static CorruptObjectException damaged(String what) {
    return new CorruptObjectException(what, "it does not hold pages as they are prepared");
  }

  private void restore() {
    int count = plain.length / pageSize;
    int pages = 0;
    for (int page = 0; page < count; page++) {
      pages += kind(page) & PageFilter.PREPARED;
    }
    int headers = 1 + count;
    int pointer = headers + pages * PageLayout.HEADER;
    int pointers = restoreHeaders(count, headers, pages);
    int end = pointer + pointers * PageLayout.POINTER;
    ItemStarts rows = ItemStarts.ofRows();
    ItemStarts entries = ItemStarts.ofEntries();
    for (int page = 0; page < count; page++) {
      int at = page * pageSize;
      if (kind(page) != 0) {
        layout.readHeader(plain, at);
        joinPointers(at, pointer, pointers);
        pointer += layout.pointers();
        readItems(at);
        rows.addAll(layout, at);
        entries.addAll(layout, at);
      }
    }
    end = rows.join(prepared, end, plain);
    end = entries.join(prepared, end, plain);
    for (int page = 0; page < count; page++) {
      end = restoreRest(page * pageSize, kind(page), end);
    }
    if (end != length) {
      throw damaged(what);
    }
  }

  private int kind(int page) {
    int kind = prepared[1 + page];
    if ((kind & ~KINDS) != 0 || (kind != 0 && (kind & PageFilter.PREPARED) == 0)) {
      throw damaged(what);
    }
    return kind;
  }

  /** Returns how many item pointers there are. */
  private int restoreHeaders(int count, int headers, int pages) {
    int header = headers;
    int pointers = 0;
    for (int page = 0; page < count; page++) {
      if (kind(page) != 0) {
        int at = page * pageSize;
        for (int i = 0; i < PageLayout.HEADER; i++) {
          plain[at + i] = prepared[header + i * pages];
        }
        header++;
        if (!layout.readHeader(plain, at)) {
          throw damaged(what);
        }
        pointers += layout.pointers();
      }
    }
    return pointers;
  }

  private void joinPointers(int at, int first, int stride) {
    int end = layout.special();
    int from = first;
    for (int i = PageLayout.HEADER; i < layout.lower(); i += PageLayout.POINTER) {
      int pointer = 0;
      for (int column = 0; column < PageLayout.POINTER; column++) {
        pointer |= Byte.toUnsignedInt(prepared[from + column * stride]) << (8 * column);
      }
      int itemLength = PageLayout.lengthIn(pointer);
      if (itemLength > 0) {
        int predicted = end - PageLayout.aligned(itemLength);
        pointer = PageLayout.withOffset(pointer, PageLayout.offsetIn(pointer) + predicted);
        end = PageLayout.offsetIn(pointer);
      }
      PageLayout.setInt(plain, at + i, pointer);
      from++;
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
      return copy(from, at, at + pageSize);
    }
    layout.readHeader(plain, at);
    readItems(at);
    int end = from;
    if ((kind & PageFilter.HOLE) != 0) {
      end = copy(end, at + layout.lower(), at + layout.upper());
    }
    for (int item = 0; item < layout.items(); item++) {
      boolean padded = (kind & PageFilter.PADDING) != 0;
      int last = padded ? layout.alignedEndOf(item) : layout.endOf(item);
      end = copy(end, at + layout.bodyAt(item), at + last);
    }
    return copy(end, at + layout.special(), at + pageSize);
  }

  private int copy(int from, int to, int end) {
    System.arraycopy(prepared, from, plain, to, end - to);
    return from + end - to;
  }
}
