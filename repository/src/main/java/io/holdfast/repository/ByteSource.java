package io.holdfast.repository;

import java.io.IOException;

/** Where the bytes of a content come from, in order, once. For one thread. */
@FunctionalInterface
public interface ByteSource {
  /**
   * Reads some bytes, at least one unless the end is reached.
   *
   * @return how many, or -1 at the end
   */
  int read(byte[] buffer, int offset, int length) throws IOException;
}
