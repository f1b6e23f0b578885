package io.holdfast.repository;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Where the items of one PostgreSQL page lie (src/include/storage/bufpage.h and itemid.h, of
 * little-endian machines). For one thread, one page after the other.
 */
final class PageLayout {
  /** Bytes before the item pointers. */
  static final int HEADER = 24;

  /** Bytes of an item pointer. */
  static final int POINTER = 4;

  /** Bytes of the header of a row (htup_details.h). */
  static final int ROW_HEADER = 23;

  /** Bytes of the header of an index entry (itup.h). */
  static final int ENTRY_HEADER = 8;

  private static final int LOWER = 12;
  private static final int UPPER = 14;
  private static final int SPECIAL = 16;
  private static final int OFFSET_BITS = 15;
  private static final int MASK = (1 << OFFSET_BITS) - 1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int COPIED_BY_WORDS = 32;

  private final int pageSize;

  /** Offset and length of each item that has bytes. */
  private final int[] used;

  private int count;
  private int lower;
  private int upper;
  private int special;

  PageLayout(int pageSize) {
    this.pageSize = pageSize;
    this.used = new int[pageSize / POINTER];
  }

  /** Reads the header of the page that starts at {@code at}; false if it is of no such page. */
  boolean readHeader(byte[] bytes, int at) {
    lower = shortAt(bytes, at + LOWER);
    upper = shortAt(bytes, at + UPPER);
    special = shortAt(bytes, at + SPECIAL);
    return lower >= HEADER
        && lower % POINTER == 0
        && lower <= upper
        && upper <= special
        && special <= pageSize;
  }

  /**
   * Reads the item pointers of the page whose header was read last.
   *
   * @return whether the items fill the page from upper to special, each at a multiple of eight
   *     bytes from its end
   */
  boolean readItems(byte[] bytes, int at) {
    count = 0;
    boolean descending = true;
    for (int pointer = HEADER; pointer < lower; pointer += POINTER) {
      int word = intAt(bytes, at + pointer);
      int length = lengthIn(word);
      if (length > 0) {
        int item = ((word & MASK) << OFFSET_BITS) | length;
        descending &= count == 0 || item < used[count - 1];
        used[count++] = item;
      }
    }
    if (!descending) {
      sortDescending();
    }
    int end = special;
    for (int item = 0; item < count; item++) {
      if (offset(item) != end - aligned(length(item))) {
        return false;
      }
      end = offset(item);
    }
    return end == upper;
  }

  private void sortDescending() {
    Arrays.sort(used, 0, count);
    for (int low = 0, high = count - 1; low < high; low++, high--) {
      int item = used[low];
      used[low] = used[high];
      used[high] = item;
    }
  }

  int pageSize() {
    return pageSize;
  }

  /** Whether items are rows; where there is special space they are index entries. */
  boolean holdsRows() {
    return special == pageSize;
  }

  private int itemHeader() {
    return holdsRows() ? ROW_HEADER : ENTRY_HEADER;
  }

  /** Whether an item is long enough to have one. */
  boolean hasHeader(int item) {
    return length(item) >= itemHeader();
  }

  /** Where the bytes of an item behind its header start. */
  int bodyAt(int item) {
    return offset(item) + (hasHeader(item) ? itemHeader() : 0);
  }

  /** Where an item ends. */
  int endOf(int item) {
    return offset(item) + length(item);
  }

  /** Where the space ends that an item takes. */
  int alignedEndOf(int item) {
    return offset(item) + aligned(length(item));
  }

  /** Whether only zeros lie between the end of an item and that of its space. */
  boolean isPaddedWithZeros(int item, byte[] bytes, int at) {
    int padding = -length(item) & 7;
    long word = (long) LONGS.get(bytes, at + alignedEndOf(item) - 8);
    return padding == 0 || word >>> (64 - 8 * padding) == 0;
  }

  /** How many item pointers there are. */
  int pointers() {
    return (lower - HEADER) / POINTER;
  }

  /** How many items have bytes; they are numbered from the end of the page down. */
  int items() {
    return count;
  }

  int offset(int item) {
    return used[item] >>> OFFSET_BITS;
  }

  int length(int item) {
    return used[item] & MASK;
  }

  /** Bytes that an item takes. */
  static int aligned(int length) {
    return (length + 7) & -8;
  }

  int lower() {
    return lower;
  }

  int upper() {
    return upper;
  }

  int special() {
    return special;
  }

  /** Length of the item that a pointer leads to. */
  static int lengthIn(int pointer) {
    return pointer >>> (OFFSET_BITS + 2);
  }

  static int offsetIn(int pointer) {
    return pointer & MASK;
  }

  /** The pointer with another offset, of which the last fifteen bits count. */
  static int withOffset(int pointer, int offset) {
    return (pointer & ~MASK) | (offset & MASK);
  }

  static int intAt(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at);
  }

  static void setInt(byte[] bytes, int at, int value) {
    INTS.set(bytes, at, value);
  }

  /** Copies bytes between two arrays: of as few as rows have, faster than the library does. */
  static void copy(byte[] in, int from, byte[] out, int to, int length) {
    if (length < 8 || length > COPIED_BY_WORDS) {
      System.arraycopy(in, from, out, to, length);
      return;
    }
    int end = length - 8;
    for (int i = 0; i < end; i += 8) {
      LONGS.set(out, to + i, (long) LONGS.get(in, from + i));
    }
    LONGS.set(out, to + end, (long) LONGS.get(in, from + end));
  }

  private static int shortAt(byte[] bytes, int at) {
    return Short.toUnsignedInt((short) SHORTS.get(bytes, at));
  }
}
