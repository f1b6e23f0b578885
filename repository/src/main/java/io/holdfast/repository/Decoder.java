package io.holdfast.repository;

import java.util.Arrays;

/**
 * Reads the integers and byte strings of docs/repository-format.md section 2 from bytes that may be
 * damaged or hostile: nothing is read past the end and nothing is allocated beyond what is there.
 */
final class Decoder {
  private final byte[] buffer;
  private final int end;
  private final String what;
  private int position;

  /**
   * @param what names the bytes in error messages, such as {@code packs/ab/ab12...}
   */
  Decoder(byte[] buffer, String what) {
    this(buffer, 0, buffer.length, what);
  }

  Decoder(byte[] buffer, int offset, int length, String what) {
    this.buffer = buffer;
    this.position = offset;
    this.end = offset + length;
    this.what = what;
  }

  /** What is read, for messages. */
  String what() {
    return what;
  }

  int position() {
    return position;
  }

  int remaining() {
    return end - position;
  }

  boolean hasMore() {
    return position < end;
  }

  int u8() {
    require(1);
    return buffer[position++] & 0xFF;
  }

  int u16() {
    return u8() << 8 | u8();
  }

  long u32() {
    return (long) u16() << 16 | u16();
  }

  long u64() {
    return u32() << 32 | u32();
  }

  long varint() {
    long value = unsigned();
    if (value < 0) {
      throw damaged("a number is too large");
    }
    return value;
  }

  long svarint() {
    long value = unsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A varint that says how much follows or how large something is, from 0 to {@code maximum}. */
  int size(long maximum) {
    long value = varint();
    if (value > maximum || value > Integer.MAX_VALUE) {
      throw damaged("a length of " + value + " is more than " + maximum);
    }
    return (int) value;
  }

  /**
   * A varint that counts things of which each takes at least {@code minimumBytes} of what is left.
   */
  int count(int minimumBytes) {
    return size(remaining() / minimumBytes);
  }

  private long unsigned() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = u8();
      if (shift == 63 && b > 1) {
        break;
      }
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw damaged("a number is too large");
  }

  byte[] bytes(int length) {
    require(length);
    byte[] value = Arrays.copyOfRange(buffer, position, position + length);
    position += length;
    return value;
  }

  void skip(int length) {
    require(length);
    position += length;
  }

  /** A decoder of the next bytes, which this one passes over. */
  Decoder slice(int length) {
    require(length);
    Decoder slice = new Decoder(buffer, position, length, what);
    position += length;
    return slice;
  }

  CorruptObjectException damaged(String why) {
    return new CorruptObjectException(what, why);
  }

  private void require(int length) {
    if (length < 0 || length > end - position) {
      throw damaged("it ends too early");
    }
  }
}
