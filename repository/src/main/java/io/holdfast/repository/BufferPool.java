package io.holdfast.repository;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Buffers of one size, kept for the next who needs one: a new one has to be cleared first, and a
 * large one is moved about by the garbage collector while it is used. Thread-safe.
 */
final class BufferPool {
  private final int size;
  private final BlockingQueue<byte[]> kept;

  /**
   * @param most buffers that are kept; there may be more in use
   */
  BufferPool(int size, int most) {
    this.size = size;
    this.kept = new ArrayBlockingQueue<>(most);
  }

  /** A buffer with anything in it. */
  byte[] take() {
    byte[] buffer = kept.poll();
    return buffer == null ? new byte[size] : buffer;
  }

  /** Takes back a buffer that nobody uses any more. */
  void giveBack(byte[] buffer) {
    if (buffer.length != size) {
      throw new IllegalArgumentException("a buffer of " + buffer.length + " bytes, not " + size);
    }
    boolean _ = kept.offer(buffer);
  }
}
