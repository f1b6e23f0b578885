package io.holdfast.postgres;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The checksum that PostgreSQL keeps in the header of a page.
 *
 * <p>As src/include/storage/checksum_impl.h describes it: the page is a table of 32 columns of
 * little-endian words; each column is folded by a variant of FNV-1a, starting from a constant of
 * its own and ending with two zero words; the 32 results and the block number are combined by
 * exclusive or, and reduced to 1 to 65535. The checksum field itself counts as zero.
 */
final class PageChecksum {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int PRIME = 16777619;
  private static final int COLUMNS = 32;
  private static final int ROW_BYTES = 4 * COLUMNS;

  /** Starting value of each column. */
  private static final int[] START = {
    0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
    0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
    0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
    0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756
  };

  private PageChecksum() {}

  /**
   * The checksum of a page that is in use.
   *
   * @param size a multiple of 128
   * @param block number of the page in its relation fork, an unsigned 32-bit number
   */
  static int of(byte[] page, int offset, int size, long block) {
    // The field lies in column 2 of the first row, low half. Zeroing it there would write to the
    // caller's bytes, so that column's first word is corrected instead.
    int folded = 0;
    for (int column = 0; column < COLUMNS; column += 8) {
      folded ^= eightColumns(page, offset + 4 * column, offset + size, column);
    }
    folded ^= (int) block;
    return Integer.remainderUnsigned(folded, 65535) + 1;
  }

  private static int eightColumns(byte[] page, int from, int to, int column) {
    int s0 = START[column];
    int s1 = START[column + 1];
    int s2 = START[column + 2];
    int s3 = START[column + 3];
    int s4 = START[column + 4];
    int s5 = START[column + 5];
    int s6 = START[column + 6];
    int s7 = START[column + 7];
    if (column == 0) {
      s2 ^= (int) INT.get(page, from + PageHeader.CHECKSUM_AT) & 0xFFFF;
    }
    for (int at = from; at < to; at += ROW_BYTES) {
      s0 = fold(s0, (int) INT.get(page, at));
      s1 = fold(s1, (int) INT.get(page, at + 4));
      s2 = fold(s2, (int) INT.get(page, at + 8));
      s3 = fold(s3, (int) INT.get(page, at + 12));
      s4 = fold(s4, (int) INT.get(page, at + 16));
      s5 = fold(s5, (int) INT.get(page, at + 20));
      s6 = fold(s6, (int) INT.get(page, at + 24));
      s7 = fold(s7, (int) INT.get(page, at + 28));
    }
    return end(s0) ^ end(s1) ^ end(s2) ^ end(s3) ^ end(s4) ^ end(s5) ^ end(s6) ^ end(s7);
  }

  private static int end(int sum) {
    return fold(fold(sum, 0), 0);
  }

  private static int fold(int sum, int word) {
    int mixed = sum ^ word;
    return mixed * PRIME ^ mixed >>> 17;
  }
}
