package io.holdfast.repository;

import java.util.Arrays;

/**
 * Where the items of one kind start in a block of pages, and their headers as columns: first bytes
 * side by side, then second bytes, and so on. For one thread.
 */
final class ItemStarts {
  private final int header;

  /** The byte of the header that counts up from item to item; kept as its difference. */
  private final int counting;

  private int[] starts = new int[1024];
  private int count;

  /**
   * @param header its length
   */
  private ItemStarts(int header, int counting) {
    this.header = header;
    this.counting = counting;
  }

  /** Of rows: the low byte of the position that {@code t_ctid} names counts. */
  static ItemStarts ofRows() {
    return new ItemStarts(PageLayout.ROW_HEADER, 16);
  }

  /** Of index entries: that of {@code t_tid}. */
  static ItemStarts ofEntries() {
    return new ItemStarts(PageLayout.ENTRY_HEADER, 4);
  }

  void clear() {
    count = 0;
  }

  /** Takes the items of a page that have this kind of header. */
  void addAll(PageLayout page, int at) {
    if (page.itemHeader() != header) {
      return;
    }
    for (int item = 0; item < page.items(); item++) {
      if (page.hasHeader(item)) {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count++] = at + page.offset(item);
      }
    }
  }

  /** Bytes of all headers. */
  int bytes() {
    return count * header;
  }

  /** Writes the columns, and returns where they end. */
  int split(byte[] pages, byte[] out, int to) {
    for (int column = 0; column < header; column++) {
      int at = to + column * count;
      for (int i = 0; i < count; i++) {
        out[at + i] = pages[starts[i] + column];
      }
    }
    int at = to + counting * count;
    for (int i = count - 1; i > 0; i--) {
      out[at + i] -= out[at + i - 1];
    }
    return to + bytes();
  }

  /** Undoes {@link #split}. */
  int join(byte[] in, int from, byte[] pages) {
    for (int column = 0; column < header; column++) {
      int at = from + column * count;
      for (int i = 0; i < count; i++) {
        pages[starts[i] + column] = in[at + i];
      }
    }
    for (int i = 1; i < count; i++) {
      pages[starts[i] + counting] += pages[starts[i - 1] + counting];
    }
    return from + bytes();
  }
}
