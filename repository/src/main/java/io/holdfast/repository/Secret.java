package io.holdfast.repository;

import java.util.Arrays;
import java.util.function.Function;

/** Bytes that nobody else may see: wiped when closed, never printed. Thread-safe. */
final class Secret implements AutoCloseable {
  private final byte[] bytes;
  private boolean closed;

  /**
   * @param bytes handed over: wiped by {@link #close()}
   */
  Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Lends the bytes to a function that neither changes nor keeps them.
   *
   * @throws IllegalStateException when closed
   */
  synchronized <T> T with(Function<byte[], T> use) {
    if (closed) {
      throw new IllegalStateException("the keys were closed");
    }
    return use.apply(bytes);
  }

  /** A key of 32 bytes derived from these. */
  Secret derive(byte[] salt, KeyLabel label) {
    return with(input -> new Secret(Hkdf.derive(input, salt, label)));
  }

  @Override
  public synchronized void close() {
    closed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "Secret";
  }
}
