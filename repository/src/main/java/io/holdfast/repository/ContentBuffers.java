package io.holdfast.repository;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The buffers that contents are cut in, kept for the next file: a new one has to be cleared first,
 * which costs more than a small file does. Thread-safe.
 */
final class ContentBuffers {
  /** Room for a file that is one chunk, and for seeing that it ends. */
  static final int SMALL = FastCdc.MINIMUM + 1;

  static final int LARGE = 2 * FastCdc.MAXIMUM;

  private static final int MAX_SMALL = 64;
  private static final int MAX_LARGE = 8;

  private final BlockingQueue<byte[]> small = new ArrayBlockingQueue<>(MAX_SMALL);
  private final BlockingQueue<byte[]> large = new ArrayBlockingQueue<>(MAX_LARGE);

  byte[] small() {
    byte[] kept = small.poll();
    return kept == null ? new byte[SMALL] : kept;
  }

  byte[] large() {
    byte[] kept = large.poll();
    return kept == null ? new byte[LARGE] : kept;
  }

  /** Takes back a buffer that nobody uses any more. */
  void giveBack(byte[] buffer) {
    boolean _ = buffer.length == SMALL ? small.offer(buffer) : large.offer(buffer);
  }
}
