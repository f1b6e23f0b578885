package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.WalSegmentName;
import java.io.InputStream;

/** The bytes of a segment in the spool, from its start up to where they are durable. */
final class SpooledBytes extends InputStream {
  private static final int BUFFER = 1 << 18;

  private final WalSpool spool;
  private final WalSegmentName segment;
  private final long length;
  private long position;
  private byte[] buffer = new byte[0];
  private int at;

  SpooledBytes(WalSpool spool, WalSegmentName segment, long length) {
    this.spool = spool;
    this.segment = segment;
    this.length = length;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] to, int offset, int count) {
    if (at == buffer.length) {
      int next = (int) Math.min(BUFFER, length - position);
      if (next == 0) {
        return -1;
      }
      buffer = spool.read(segment, position, next);
      position += next;
      at = 0;
    }
    int n = Math.min(count, buffer.length - at);
    System.arraycopy(buffer, at, to, offset, n);
    at += n;
    return n;
  }

  /** Without reading what is skipped. */
  @Override
  public long skip(long count) {
    long inBuffer = Math.min(Math.max(0, count), buffer.length - at);
    at += (int) inBuffer;
    long beyond = Math.min(Math.max(0, count) - inBuffer, length - position);
    position += beyond;
    return inBuffer + beyond;
  }
}
