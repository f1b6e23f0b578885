package io.holdfast.postgres;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Checks the header of every page of a WAL segment (src/include/access/xlog_internal.h): that it is
 * WAL of this version, of this cluster, of this timeline or an earlier one, and at its place. A
 * segment may end in pages of zeros. One for each segment.
 */
final class WalPageCheck {
  private static final int LONG_HEADER = 0x0002;

  /** What all segments of a cluster have in common. */
  record Shape(int major, SystemIdentifier system, int segmentSize, int pageSize) {
    Shape {
      WalSegmentName.checkSegmentSize(segmentSize);
      if (pageSize < 1024 || pageSize > 65536 || Integer.bitCount(pageSize) != 1) {
        throw new UnsupportedClusterException("WAL has pages of " + pageSize + " bytes");
      }
    }

    private int magic() {
      return switch (major) {
        case 15 -> 0xD110;
        case 16 -> 0xD113;
        case 17 -> 0xD116;
        case 18 -> 0xD118;
        default -> throw new UnsupportedClusterException("WAL is of PostgreSQL " + major);
      };
    }
  }

  private final Shape shape;
  private final WalSegmentName segment;
  private Lsn position;
  private long lastTimeline;
  private boolean ended;

  WalPageCheck(Shape shape, WalSegmentName segment) {
    this.shape = shape;
    this.segment = segment;
    this.position = segment.start();
  }

  /**
   * Checks the next page.
   *
   * @throws DamagedWalException if it is not what belongs here
   */
  void accept(byte[] page) {
    boolean first = position.equals(segment.start());
    if (!first && isZero(page)) {
      ended = true;
    } else {
      require(!ended, "a page behind the end of the log");
      checkHeader(ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN), first);
    }
    position = position.plus(shape.pageSize());
  }

  private void checkHeader(ByteBuffer page, boolean first) {
    require((page.getShort() & 0xFFFF) == shape.magic(), "a page that is not WAL of its version");
    int flags = page.getShort();
    long timeline = page.getInt() & 0xFFFF_FFFFL;
    require(
        timeline >= lastTimeline && timeline >= 1 && timeline <= segment.timeline().id(),
        "a page of timeline " + timeline);
    lastTimeline = timeline;
    Lsn address = new Lsn(page.getLong());
    require(address.equals(position), "a page that belongs to " + address);
    require(first == ((flags & LONG_HEADER) != 0), "a page header of the wrong length");
    if (first) {
      page.getLong();
      SystemIdentifier system = new SystemIdentifier(page.getLong());
      require(system.equals(shape.system()), "a page of the cluster " + system);
      require(page.getInt() == shape.segmentSize(), "another segment size");
      require(page.getInt() == shape.pageSize(), "another page size");
    }
  }

  private static boolean isZero(byte[] page) {
    for (byte b : page) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void require(boolean right, String otherwise) {
    if (!right) {
      throw new DamagedWalException(segment, position, otherwise);
    }
  }
}
