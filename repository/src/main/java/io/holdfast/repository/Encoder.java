package io.holdfast.repository;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the integers and byte strings of docs/repository-format.md section 2 into memory. */
final class Encoder {
  private byte[] buffer;
  private int size;

  Encoder() {
    this(256);
  }

  Encoder(int expectedSize) {
    buffer = new byte[Math.max(16, expectedSize)];
  }

  int size() {
    return size;
  }

  byte[] toBytes() {
    return Arrays.copyOf(buffer, size);
  }

  /** Reads what was written, without copying it. */
  Decoder decoder(String what) {
    return new Decoder(buffer, 0, size, what);
  }

  /** Forgets what was written and keeps the memory. */
  void reset() {
    size = 0;
  }

  Encoder u8(int value) {
    reserve(1);
    buffer[size++] = (byte) value;
    return this;
  }

  Encoder u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  Encoder u32(long value) {
    return u16((int) (value >>> 16)).u16((int) value);
  }

  Encoder u64(long value) {
    return u32(value >>> 32).u32(value);
  }

  /**
   * @throws IllegalArgumentException when the value is negative
   */
  Encoder varint(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    return unsigned(value);
  }

  Encoder svarint(long value) {
    return unsigned((value << 1) ^ (value >> 63));
  }

  private Encoder unsigned(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      u8((int) (rest | 0x80));
      rest >>>= 7;
    }
    return u8((int) rest);
  }

  Encoder bytes(byte[] value) {
    return bytes(value, 0, value.length);
  }

  Encoder bytes(byte[] value, int offset, int length) {
    reserve(length);
    System.arraycopy(value, offset, buffer, size, length);
    size += length;
    return this;
  }

  Encoder ascii(String value) {
    return bytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  Encoder zeros(int count) {
    reserve(count);
    Arrays.fill(buffer, size, size + count, (byte) 0);
    size += count;
    return this;
  }

  private void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > buffer.length) {
      buffer =
          Arrays.copyOf(
              buffer, Math.max(needed, (int) Math.min(Integer.MAX_VALUE - 8, buffer.length * 2L)));
    }
  }
}
