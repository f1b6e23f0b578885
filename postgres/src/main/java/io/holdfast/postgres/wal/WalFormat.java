package io.holdfast.postgres.wal;

import java.util.Optional;

/**
 * What all WAL of a cluster has in common.
 *
 * @param major version of the server, 15 to 18
 * @param segmentSize bytes per segment file
 * @param pageSize bytes per page of WAL, {@code wal_block_size}
 */
public record WalFormat(int major, SystemIdentifier system, int segmentSize, int pageSize) {
  private static final int OLDEST = 15;
  private static final int NEWEST = 18;
  private static final int SMALLEST_PAGE = 1024;
  private static final int LARGEST_PAGE = 65_536;

  /**
   * @throws IllegalArgumentException if PostgreSQL knows no such sizes, or Holdfast no such version
   */
  public WalFormat {
    WalSegmentName.checkSegmentSize(segmentSize);
    if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("not a size of WAL pages: " + pageSize);
    }
    if (major < OLDEST || major > NEWEST) {
      throw new IllegalArgumentException("WAL of PostgreSQL " + major + " is not known");
    }
  }

  /**
   * As a segment says that it is: its first page has it all (XLogLongPageHeaderData).
   *
   * @param segment its first bytes
   * @return nothing if no server of a known version begins a segment so
   */
  public static Optional<WalFormat> of(byte[] segment) {
    if (segment.length < WalPageHeader.LONG_LENGTH) {
      return Optional.empty();
    }
    for (int major = OLDEST; major <= NEWEST; major++) {
      try {
        WalFormat format =
            new WalFormat(
                major,
                new SystemIdentifier(WalRecord.longOf(segment, 24)),
                WalRecord.intOf(segment, 32),
                WalRecord.intOf(segment, 36));
        if (WalRecord.shortOf(segment, 0) == format.magic()) {
          return Optional.of(format);
        }
      } catch (IllegalArgumentException e) {
        return Optional.empty(); // there are no such sizes
      }
    }
    return Optional.empty();
  }

  /** The number that each page starts with (XLOG_PAGE_MAGIC in xlog_internal.h). */
  int magic() {
    return switch (major) {
      case 15 -> 0xD110;
      case 16 -> 0xD113;
      case 17 -> 0xD116;
      case 18 -> 0xD118;
      default -> throw new IllegalStateException("no WAL of PostgreSQL " + major);
    };
  }
}
