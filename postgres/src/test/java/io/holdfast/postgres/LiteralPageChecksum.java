package io.holdfast.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The page checksum, word for word as its description has it, however slow. */
final class LiteralPageChecksum {
  private static final long[] OFFSETS = {
    0x5B1F36E9L, 0xB8525960L, 0x02AB50AAL, 0x1DE66D2AL, 0x79FF467AL, 0x9BB9F8A3L, 0x217E7CD2L,
    0x83E13D2CL, 0xF8D4474FL, 0xE39EB970L, 0x42C6AE16L, 0x993216FAL, 0x7B093B5DL, 0x98DAFF3CL,
    0xF718902AL, 0x0B1C9CDBL, 0xE58F764BL, 0x187636BCL, 0x5D7B3BB1L, 0xE73DE7DEL, 0x92BEC979L,
    0xCCA6C0B2L, 0x304A0979L, 0x85AA43D4L, 0x783125BBL, 0x6CA8EAA2L, 0xE407EAC6L, 0x4B5CFC3EL,
    0x9FBF8C76L, 0x15CA20BEL, 0xF2CA9FD3L, 0x959BD756L
  };

  private LiteralPageChecksum() {}

  static int of(byte[] page, long block) {
    ByteBuffer words = ByteBuffer.wrap(page.clone()).order(ByteOrder.LITTLE_ENDIAN);
    words.putShort(8, (short) 0);
    long[] sums = OFFSETS.clone();
    for (int row = 0; row < page.length / 128; row++) {
      for (int column = 0; column < 32; column++) {
        sums[column] = round(sums[column], words.getInt(4 * (32 * row + column)) & 0xFFFFFFFFL);
      }
    }
    long result = block;
    for (long sum : sums) {
      result ^= round(round(sum, 0), 0);
    }
    return (int) (result % 65535 + 1);
  }

  private static long round(long sum, long value) {
    long mixed = sum ^ value;
    return (mixed * 16777619 & 0xFFFFFFFFL) ^ (mixed >> 17);
  }
}
