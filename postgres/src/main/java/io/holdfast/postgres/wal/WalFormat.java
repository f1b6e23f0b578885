package io.holdfast.postgres.wal;

/**
 * What all WAL of a cluster has in common.
 *
 * @param major version of the server, 15 to 18
 * @param segmentSize bytes per segment file
 * @param pageSize bytes per page of WAL, {@code wal_block_size}
 */
public record WalFormat(int major, SystemIdentifier system, int segmentSize, int pageSize) {
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
    if (major < 15 || major > 18) {
      throw new IllegalArgumentException("WAL of PostgreSQL " + major + " is not known");
    }
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
