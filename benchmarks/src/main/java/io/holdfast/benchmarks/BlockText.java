package io.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Appends text to a block until it is full; what does not fit is cut off. For one thread. */
final class BlockText {
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

  private final byte[] block;
  private final int length;
  private int at;

  BlockText(byte[] block, int length) {
    this.block = block;
    this.length = length;
  }

  boolean isFull() {
    return at == length;
  }

  /** Bytes so far. */
  int length() {
    return at;
  }

  BlockText add(byte[] bytes) {
    int count = Math.min(bytes.length, length - at);
    System.arraycopy(bytes, 0, block, at, count);
    at += count;
    return this;
  }

  BlockText add(char ascii) {
    if (at < length) {
      block[at++] = (byte) ascii;
    }
    return this;
  }

  BlockText decimal(long number) {
    return add(Long.toString(number).getBytes(US_ASCII));
  }

  /** The lowest {@code digits} hexadecimal digits. */
  BlockText hex(long number, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      add((char) HEX[(int) (number >>> shift) & 15]);
    }
    return this;
  }
}
