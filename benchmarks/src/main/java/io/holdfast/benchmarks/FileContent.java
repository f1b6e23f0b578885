package io.holdfast.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.SplittableRandom;

/**
 * Bytes of one kind that follow from a seed.
 *
 * @param kind what they look like
 * @param seed what they are
 */
record FileContent(Kind kind, long seed) {
  private static final int BLOCK = 1 << 20;

  /** Writes {@code length} bytes at {@code position}, a megabyte at a time. */
  void write(FileChannel channel, long position, long length) throws IOException {
    byte[] block = new byte[(int) Math.min(BLOCK, length)];
    for (long done = 0; done < length; done += block.length) {
      int count = (int) Math.min(block.length, length - done);
      kind.fill(block, count, new SplittableRandom(seed + done * 0x9E3779B97F4A7C15L));
      ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
      for (long at = position + done; bytes.hasRemaining(); ) {
        at += channel.write(bytes, at);
      }
    }
  }
}
