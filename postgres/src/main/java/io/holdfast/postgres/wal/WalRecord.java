package io.holdfast.postgres.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One record of the log (XLogRecord in xlogrecord.h), as {@link WalRecordReader} shows it: valid
 * until the reader goes on.
 */
public final class WalRecord {
  static final int HEADER = 24;
  static final int CHECKSUM_AT = 20;

  /** A record of many page images is long; what is asked of one stands in less. */
  static final int MOST_KEPT = 4 << 20;

  private static final int USUALLY_KEPT = 64 << 10;
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  final byte[] header = new byte[HEADER];
  private byte[] payload = new byte[USUALLY_KEPT];
  private int kept;
  private Lsn start = Lsn.NONE;
  private Lsn end = Lsn.NONE;

  WalRecord() {}

  /** Position of its first byte. */
  public Lsn start() {
    return start;
  }

  /** Position behind its last byte: recovery to there has replayed it. */
  public Lsn end() {
    return end;
  }

  /** The transaction that wrote it, an unsigned 32-bit number; 0 if none did. */
  public long xid() {
    return Integer.toUnsignedLong(intOf(header, 4));
  }

  /** The resource manager that it belongs to (rmgrlist.h). */
  public int resourceManager() {
    return Byte.toUnsignedInt(header[17]);
  }

  /** What it is among the records of its resource manager: the bits that are that one's own. */
  public int info() {
    return Byte.toUnsignedInt(header[16]) & 0xF0;
  }

  /** Bytes that it takes in the log, without page headers. */
  public long length() {
    return Integer.toUnsignedLong(intOf(header, 0));
  }

  Lsn previous() {
    return new Lsn((long) LONGS.get(header, 8));
  }

  int checksum() {
    return intOf(header, CHECKSUM_AT);
  }

  void begin(Lsn at) {
    start = at;
    kept = 0;
    if (payload.length > USUALLY_KEPT) {
      payload = new byte[USUALLY_KEPT];
    }
  }

  void append(byte[] bytes, int offset, int length) {
    int part = Math.min(length, MOST_KEPT - kept);
    if (kept + part > payload.length) {
      int size = Math.clamp(2L * payload.length, kept + part, MOST_KEPT);
      payload = Arrays.copyOf(payload, size);
    }
    System.arraycopy(bytes, offset, payload, kept, part);
    kept += part;
  }

  void end(Lsn at) {
    end = at;
  }

  /** What follows the header: of a very long record, its first {@value #MOST_KEPT} bytes. */
  byte[] payload() {
    return payload;
  }

  /** How many bytes of the payload there are. */
  int payloadLength() {
    return kept;
  }

  static int shortOf(byte[] bytes, int at) {
    return Short.toUnsignedInt((short) SHORTS.get(bytes, at));
  }

  static int intOf(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at);
  }

  static long longOf(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }
}
