package io.holdfast.repository;

/**
 * Cuts bytes where their content says so: FastCDC (Xia et al., USENIX ATC 2016) with normalised
 * chunking and a secret gear table; docs/repository-format.md section 9. Immutable.
 */
final class FastCdc {
  static final int MINIMUM = 256 << 10;
  static final int AVERAGE = 1 << 20;
  static final int MAXIMUM = 4 << 20;

  private static final long STRICT = -1L << (64 - 22);
  private static final long LAX = -1L << (64 - 18);

  private final long[] gear;

  /**
   * @param gear 256 secret numbers
   */
  FastCdc(long[] gear) {
    if (gear.length != 256) {
      throw new IllegalArgumentException("a gear table has 256 numbers");
    }
    this.gear = gear.clone();
  }

  /**
   * Length of the chunk that starts at {@code offset}. Unless this is the end of the data, at least
   * {@link #MAXIMUM} bytes must be there.
   */
  int cut(byte[] bytes, int offset, int length) {
    int maximum = Math.min(length, MAXIMUM);
    if (maximum <= MINIMUM) {
      return maximum;
    }
    long[] table = gear;
    int end = offset + maximum;
    int normal = Math.min(end, offset + AVERAGE - 1);
    long hash = 0;
    int i = offset + MINIMUM;
    for (; i < normal; i++) {
      hash = (hash << 1) + table[bytes[i] & 0xFF];
      if ((hash & STRICT) == 0) {
        return i + 1 - offset;
      }
    }
    for (; i < end; i++) {
      hash = (hash << 1) + table[bytes[i] & 0xFF];
      if ((hash & LAX) == 0) {
        return i + 1 - offset;
      }
    }
    return maximum;
  }
}
