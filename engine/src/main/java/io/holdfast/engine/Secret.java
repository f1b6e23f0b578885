package io.holdfast.engine;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A secret in memory, until it is closed: then it is wiped. Not thread-safe. */
public final class Secret implements AutoCloseable {
  private final byte[] bytes;

  /** Takes the array over: it is wiped on close. */
  public Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The bytes themselves, not a copy: gone after close. */
  public byte[] bytes() {
    return bytes;
  }

  /** The secret as UTF-8 text; the caller wipes the array. */
  public char[] toChars() {
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
    char[] chars = new char[decoded.remaining()];
    decoded.get(chars);
    Arrays.fill(decoded.array(), '\0');
    return chars;
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "Secret";
  }
}
