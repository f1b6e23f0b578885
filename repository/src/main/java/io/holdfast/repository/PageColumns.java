package io.holdfast.repository;

/**
 * What of the prepared pages of a block is kept in columns, in this order: headers of pages, item
 * pointers, headers of rows, headers of index entries. For one thread.
 */
final class PageColumns {
  private final ByteColumns headers = ByteColumns.of(PageLayout.HEADER);
  private final ByteColumns pointers = ByteColumns.of(PageLayout.POINTER);

  /** The low byte of the position that {@code t_ctid} names counts. */
  private final ByteColumns rows = ByteColumns.counting(PageLayout.ROW_HEADER, 16);

  /** That of {@code t_tid}. */
  private final ByteColumns entries = ByteColumns.counting(PageLayout.ENTRY_HEADER, 4);

  ByteColumns headers() {
    return headers;
  }

  ByteColumns pointers() {
    return pointers;
  }

  ByteColumns rows() {
    return rows;
  }

  ByteColumns entries() {
    return entries;
  }

  /** Those of the items of this page. */
  ByteColumns itemHeaders(PageLayout page) {
    return page.holdsRows() ? rows : entries;
  }

  void clear() {
    headers.clear();
    pointers.clear();
    rows.clear();
    entries.clear();
  }

  /** Writes them all, and returns where they end. */
  int write(byte[] out, int to) {
    int end = headers.write(out, to);
    end = pointers.write(out, end);
    end = rows.write(out, end);
    return entries.write(out, end);
  }
}
