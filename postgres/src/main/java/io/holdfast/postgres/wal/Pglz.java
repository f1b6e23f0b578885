package io.holdfast.postgres.wal;

/**
 * PostgreSQL's own compression (pg_lzcompress.c). A control byte says of each of eight items
 * whether it is a byte as it is or goes back to what is there already: 12 bits how far, 4 bits how
 * long, and one more byte where that is not enough.
 */
final class Pglz {
  private static final int SHORTEST = 3;
  private static final int LONGEST_IN_TAG = SHORTEST + 0x0F;

  private Pglz() {}

  /**
   * Expands exactly as many bytes as {@code out} has room for.
   *
   * @return whether the bytes are the compressed form of so many
   */
  static boolean expand(byte[] in, int offset, int length, byte[] out) {
    int at = offset;
    int end = offset + length;
    int done = 0;
    while (at < end && done < out.length) {
      int control = in[at++];
      for (int item = 0; item < 8 && at < end && done < out.length; item++, control >>= 1) {
        if ((control & 1) == 0) {
          out[done++] = in[at++];
          continue;
        }
        if (end - at < 2) {
          return false;
        }
        int first = Byte.toUnsignedInt(in[at++]);
        int back = (first & 0xF0) << 4 | Byte.toUnsignedInt(in[at++]);
        int count = (first & 0x0F) + SHORTEST;
        if (count == LONGEST_IN_TAG) {
          if (at == end) {
            return false;
          }
          count += Byte.toUnsignedInt(in[at++]);
        }
        if (back == 0 || back > done || count > out.length - done) {
          return false;
        }
        for (int i = 0; i < count; i++, done++) { // what it copies may begin with what it makes
          out[done] = out[done - back];
        }
      }
    }
    return done == out.length && at == end;
  }
}
