package io.holdfast.postgres.wal;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of a WAL segment file: 24 upper-case hexadecimal digits, eight each for the timeline and
 * the two parts of the segment number. The parts depend on the segment size (xlog_internal.h,
 * XLogFileName).
 *
 * @param timeline the timeline in the file's name
 * @param number the segment's number, counted from the start of the log
 * @param segmentSize bytes per segment, a power of two from 1 MiB to 1 GiB
 */
public record WalSegmentName(Timeline timeline, long number, int segmentSize) {

  /** Every segment size PostgreSQL allows lies between these, and is a power of two. */
  public static final int SMALLEST_SEGMENT = 1 << 20;

  public static final int LARGEST_SEGMENT = 1 << 30;

  private static final Pattern NAME = Pattern.compile("[0-9A-F]{24}");

  public WalSegmentName {
    checkSegmentSize(segmentSize);
    if (number < 0 || number > -1L >>> Integer.numberOfTrailingZeros(segmentSize)) {
      throw new IllegalArgumentException("no such segment: " + number);
    }
  }

  /** The segment that holds the byte at {@code position}. */
  public static WalSegmentName containing(Timeline timeline, Lsn position, int segmentSize) {
    checkSegmentSize(segmentSize);
    return new WalSegmentName(
        timeline, position.value() >>> Integer.numberOfTrailingZeros(segmentSize), segmentSize);
  }

  /**
   * Reads a file name.
   *
   * @throws IllegalArgumentException if it is not the name of a segment of that size
   */
  public static WalSegmentName parse(String name, int segmentSize) {
    checkSegmentSize(segmentSize);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a WAL segment: " + name);
    }
    long low = Long.parseLong(name, 16, 24, 16);
    if (low >= segmentsPerId(segmentSize)) {
      throw new IllegalArgumentException("not a WAL segment of " + segmentSize + " bytes: " + name);
    }
    long high = Long.parseLong(name, 8, 16, 16);
    return new WalSegmentName(
        new Timeline((int) Long.parseLong(name, 0, 8, 16)),
        high * segmentsPerId(segmentSize) + low,
        segmentSize);
  }

  /**
   * Checks a segment size.
   *
   * @throws IllegalArgumentException if PostgreSQL allows no such size
   */
  public static void checkSegmentSize(long size) {
    if (size < SMALLEST_SEGMENT || size > LARGEST_SEGMENT || Long.bitCount(size) != 1) {
      throw new IllegalArgumentException("not a WAL segment size: " + size);
    }
  }

  private static long segmentsPerId(int segmentSize) {
    return (1L << 32) / segmentSize;
  }

  /** The position of the segment's first byte. */
  public Lsn start() {
    return new Lsn(number << Integer.numberOfTrailingZeros(segmentSize));
  }

  /** The position behind the segment's last byte. */
  public Lsn end() {
    return start().plus(segmentSize);
  }

  /** The segment that follows on the same timeline. */
  public WalSegmentName next() {
    return new WalSegmentName(timeline, number + 1, segmentSize);
  }

  /** The file name. */
  @Override
  public String toString() {
    long perId = segmentsPerId(segmentSize);
    return String.format(
        Locale.ROOT, "%08X%08X%08X", timeline.id(), number / perId, number % perId);
  }
}
