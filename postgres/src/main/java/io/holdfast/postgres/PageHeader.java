package io.holdfast.postgres;

import io.holdfast.postgres.wal.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The start of a page of a relation ({@code PageHeaderData} of src/include/storage/bufpage.h).
 *
 * @param lsn end of the last WAL record that changed the page
 * @param checksum 0 to 65535
 * @param upper offset of the end of the free space; 0 on a page that was never initialised
 */
record PageHeader(Lsn lsn, int checksum, int flags, int lower, int upper, int special, int size) {
  static final int BYTES = 24;
  static final int CHECKSUM_AT = 8;

  static PageHeader read(byte[] page, int offset) {
    ByteBuffer header = ByteBuffer.wrap(page, offset, BYTES).slice().order(ByteOrder.LITTLE_ENDIAN);
    // Two 32-bit words, the high one first, whatever the byte order.
    long lsn = (long) header.getInt(0) << 32 | Integer.toUnsignedLong(header.getInt(4));
    int sizeAndVersion = unsigned(header, 18);
    return new PageHeader(
        new Lsn(lsn),
        unsigned(header, CHECKSUM_AT),
        unsigned(header, 10),
        unsigned(header, 12),
        unsigned(header, 14),
        unsigned(header, 16),
        sizeAndVersion & 0xFF00);
  }

  private static int unsigned(ByteBuffer header, int at) {
    return Short.toUnsignedInt(header.getShort(at));
  }

  /** Whether the page was never initialised; then all of it must be zeros. */
  boolean isNew() {
    return upper == 0;
  }
}
