package io.holdfast.postgres.wal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The header of a page of WAL (XLogPageHeaderData and XLogLongPageHeaderData in xlog_internal.h).
 *
 * @param timeline as the page says; the segment's own or an earlier one
 * @param remaining bytes that are still missing of the record that goes on here; 0 if none does
 * @param length bytes of the header
 */
record WalPageHeader(int flags, long timeline, long remaining, int length) {
  private static final int CONTINUES = 0x0001;
  private static final int LONG = 0x0002;
  private static final int OVERWRITES = 0x0008;
  private static final int KNOWN_FLAGS = 0x000F;

  private static final int SHORT_LENGTH = 24;
  static final int LONG_LENGTH = 40;

  /** Whether the record goes on here that the page before did not hold to its end. */
  boolean continuesRecord() {
    return (flags & CONTINUES) != 0;
  }

  /** Whether the record that did not end before was given up: the server crashed amid it. */
  boolean overwritesRecord() {
    return (flags & OVERWRITES) != 0;
  }

  /** Reads a header, whatever it says; {@link #fault} tells whether it can be right. */
  static WalPageHeader read(byte[] page) {
    int flags = WalRecord.shortOf(page, 2);
    return new WalPageHeader(
        flags,
        Integer.toUnsignedLong(WalRecord.intOf(page, 4)),
        Integer.toUnsignedLong(WalRecord.intOf(page, 16)),
        (flags & LONG) == 0 ? SHORT_LENGTH : LONG_LENGTH);
  }

  /**
   * What is wrong with the header of a page.
   *
   * @param position where the page lies in the log
   * @return "a page that ...", or null if nothing is
   */
  static @Nullable String fault(byte[] page, WalFormat format, Lsn position) {
    if (WalRecord.shortOf(page, 0) != format.magic()) {
      return "a page that is not WAL of PostgreSQL " + format.major();
    }
    WalPageHeader header = read(page);
    Lsn address = new Lsn(WalRecord.longOf(page, 8));
    boolean first = startsSegment(format, position);
    if (!address.equals(position)) {
      return "a page that belongs to " + address;
    }
    if ((header.flags & ~KNOWN_FLAGS) != 0 || header.timeline < 1) {
      return "a page header that no server writes";
    }
    if (first != (header.length == LONG_LENGTH)) {
      return "a page header of the wrong length";
    }
    return first ? faultOfLongHeader(page, format) : null;
  }

  /** How long the header of the page at a position is. */
  static int length(WalFormat format, Lsn position) {
    return startsSegment(format, position) ? LONG_LENGTH : SHORT_LENGTH;
  }

  private static boolean startsSegment(WalFormat format, Lsn position) {
    return (position.value() & (format.segmentSize() - 1)) == 0;
  }

  /** Whether nothing was written to a page. */
  static boolean isZero(byte[] page) {
    return page[0] == 0 && Arrays.equals(page, 0, page.length - 1, page, 1, page.length);
  }

  private static @Nullable String faultOfLongHeader(byte[] page, WalFormat format) {
    SystemIdentifier system = new SystemIdentifier(WalRecord.longOf(page, 24));
    if (!system.equals(format.system())) {
      return "a page of the cluster " + system;
    }
    if (WalRecord.intOf(page, 32) != format.segmentSize()) {
      return "a page of segments of another size";
    }
    return WalRecord.intOf(page, 36) == format.pageSize() ? null : "a page of another size";
  }
}
