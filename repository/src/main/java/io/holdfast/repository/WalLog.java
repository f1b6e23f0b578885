package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.nio.charset.StandardCharsets;

/**
 * The write-ahead log of one cluster, as one source of a configuration; docs/repository-format.md
 * section 12.5. A cluster that pg_upgrade made, or initdb, or one with segments of another size has
 * another log, also under the same name.
 *
 * @param source its name in the configuration
 * @param system the number that initdb gave the cluster
 * @param major version of PostgreSQL
 * @param segmentSize bytes per segment, a power of two
 * @param pageSize bytes per page of the log
 */
public record WalLog(String source, long system, int major, int segmentSize, int pageSize) {
  static final String PREFIX = "wal/logs/";

  private static final int LARGEST_SEGMENT = 1 << 30;
  private static final int LONGEST_SOURCE = 1000;

  /**
   * @throws IllegalArgumentException when there can be no such log
   */
  public WalLog {
    if (source.isEmpty() || source.getBytes(StandardCharsets.UTF_8).length > LONGEST_SOURCE) {
      throw new IllegalArgumentException("not the name of a source: " + source);
    }
    if (segmentSize < pageSize || segmentSize > LARGEST_SEGMENT || !isPowerOfTwo(segmentSize)) {
      throw new IllegalArgumentException("not a size of segments: " + segmentSize);
    }
    if (pageSize < 1 || !isPowerOfTwo(pageSize) || major < 1) {
      throw new IllegalArgumentException(
          "not a log of PostgreSQL " + major + " with pages of " + pageSize);
    }
  }

  private static boolean isPowerOfTwo(int size) {
    return Integer.bitCount(size) == 1;
  }

  static WalLog read(JsonMembers in) throws MalformedJsonException {
    return new WalLog(
        in.text("source"),
        in.value("system", Long::parseUnsignedLong),
        in.smallNumber("major"),
        in.smallNumber("segmentSize"),
        in.smallNumber("pageSize"));
  }

  void writeTo(JsonWriter out) {
    out.text("source", source)
        .text("system", Long.toUnsignedString(system))
        .number("major", major)
        .number("segmentSize", segmentSize)
        .number("pageSize", pageSize);
  }

  /** All that tells it from others, for its id. */
  byte[] identity() {
    return new Encoder()
        .u64(system)
        .u32(major)
        .u32(segmentSize)
        .u32(pageSize)
        .bytes(source.getBytes(StandardCharsets.UTF_8))
        .toBytes();
  }

  static ObjectName object(String id) {
    return ObjectName.of(PREFIX + id);
  }
}
