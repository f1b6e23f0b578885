package io.holdfast.repository;

/** The buffers that contents are cut in. Thread-safe. */
final class ContentBuffers {
  /** Room for a file that is one chunk, and for seeing that it ends. */
  static final int SMALL = FastCdc.MINIMUM + 1;

  static final int LARGE = 2 * FastCdc.MAXIMUM;

  private static final int MAX_SMALL = 64;
  private static final int MAX_LARGE = 8;

  private final BufferPool small = new BufferPool(SMALL, MAX_SMALL);
  private final BufferPool large = new BufferPool(LARGE, MAX_LARGE);

  byte[] small() {
    return small.take();
  }

  byte[] large() {
    return large.take();
  }

  /** Takes back a buffer that nobody uses any more. */
  void giveBack(byte[] buffer) {
    (buffer.length == SMALL ? small : large).giveBack(buffer);
  }
}
