package io.holdfast.postgres.heap;

import org.jspecify.annotations.Nullable;

/** A page of a table (bufpage.h, itemid.h). */
public final class HeapPage {
  /** Bytes of each. */
  public static final int SIZE = 8192;

  private static final int HEADER = 24;
  private static final int LOWER_AT = 12;
  private static final int POINTER = 4;
  private static final int NORMAL = 1;
  private static final int INFOMASK2_AT = 18;
  private static final int INFOMASK_AT = 20;
  private static final int HOFF_AT = 22;

  private HeapPage() {}

  /**
   * A row on a page.
   *
   * @param page {@value #SIZE} bytes
   * @param offset its number on the page, from 1 on
   * @return null if there is none
   */
  public static @Nullable StoredRow row(byte[] page, int offset) {
    int pointerAt = HEADER + POINTER * (offset - 1);
    int pointersEnd = Math.min(PageBytes.u16(page, LOWER_AT), SIZE);
    if (offset < 1 || pointerAt + POINTER > pointersEnd) {
      return null;
    }
    long pointer = PageBytes.u32(page, pointerAt);
    int at = (int) (pointer & 0x7FFF);
    int length = (int) (pointer >>> 17);
    if ((pointer >>> 15 & 3) != NORMAL || length < StoredRow.HEADER || at + length > SIZE) {
      return null;
    }
    return StoredRow.of(
        page,
        at + StoredRow.HEADER,
        at + length,
        PageBytes.u16(page, at + INFOMASK2_AT),
        PageBytes.u16(page, at + INFOMASK_AT),
        Byte.toUnsignedInt(page[at + HOFF_AT]));
  }
}
