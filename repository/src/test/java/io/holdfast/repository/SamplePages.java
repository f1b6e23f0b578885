package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Makes pages as PostgreSQL does: of tables and of indexes, fresh ones and ones with a past. */
final class SamplePages {
  private static final int HEADER = 24;
  private static final int UNUSED = 0;
  private static final int NORMAL = 1;
  private static final int REDIRECT = 2;

  private final Random random;
  private final int size;

  SamplePages(Random random, int size) {
    this.random = random;
    this.size = size;
  }

  /** Pages of rows, one after the other, with nothing special about them. */
  byte[] table(int count) {
    ByteBuffer pages = ByteBuffer.allocate(count * size);
    for (int page = 0; page < count; page++) {
      pages.put(page(size, Past.NONE, 40, 40));
    }
    return pages.array();
  }

  /** What happened to a page. */
  enum Past {
    NONE,
    /** Rows were moved together, and what was there before was left. */
    STALE_HOLE,
    /** As above, between the rows. */
    STALE_PADDING,
    /** New rows took the numbers of old ones. */
    OTHER_ORDER,
    /** Something that is no page of items, but looks like one. */
    BROKEN
  }

  /** A page of any kind. */
  byte[] any() {
    Past past = Past.values()[random.nextInt(Past.values().length)];
    int special = random.nextBoolean() ? size : size - 16;
    return page(special, past, 1, random.nextInt(2, Math.min(size / 4, 3000)));
  }

  private byte[] page(int special, Past past, int shortest, int longest) {
    ByteBuffer page = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    if (past == Past.STALE_HOLE || past == Past.STALE_PADDING) {
      random.nextBytes(page.array());
    }
    List<Integer> pointers = new ArrayList<>();
    int upper = special;
    while (true) {
      int length = random.nextInt(shortest, longest + 1);
      int at = upper - (length + 7) / 8 * 8;
      if (at < HEADER + 4 * (pointers.size() + 3)) {
        break;
      }
      for (int i = 0; i < length; i++) {
        page.put(at + i, (byte) (i % 23 == 16 ? pointers.size() : random.nextInt(3)));
      }
      for (int i = length; at + i < upper && past != Past.STALE_PADDING; i++) {
        page.put(at + i, (byte) 0);
      }
      pointers.add(pointer(at, NORMAL, length));
      upper = at;
    }
    if (past != Past.NONE) {
      pointers.add(pointer(random.nextInt(1, 200), REDIRECT, 0));
      pointers.add(pointer(0, UNUSED, 0));
    }
    if (past == Past.OTHER_ORDER) {
      Collections.shuffle(pointers, random);
    }
    page.putLong(0, random.nextLong())
        .putShort(8, (short) random.nextInt())
        .putShort(10, (short) 0);
    page.putShort(12, (short) (HEADER + 4 * pointers.size())).putShort(14, (short) upper);
    page.putShort(16, (short) special).putShort(18, (short) (size | 4)).putInt(20, 0);
    for (int i = 0; i < pointers.size(); i++) {
      page.putInt(HEADER + 4 * i, pointers.get(i));
    }
    if (past == Past.NONE || past == Past.OTHER_ORDER) {
      for (int at = HEADER + 4 * pointers.size(); at < upper; at++) {
        page.put(at, (byte) 0);
      }
    }
    if (past == Past.BROKEN) {
      page.put(random.nextInt(10, 60), (byte) random.nextInt());
    }
    return page.array();
  }

  private static int pointer(int offset, int flags, int length) {
    return offset | (flags << 15) | (length << 17);
  }
}
