package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one object holds of a log: a segment, or a part of one.
 *
 * @param segment the segment's file name: 24 hexadecimal digits, of which the first eight are its
 *     timeline
 * @param from where the piece starts in its segment, in bytes
 * @param to where it ends
 * @param hash 32 digits, a keyed hash of its bytes: of two pieces from one place only those with
 *     the same bytes have the same
 */
public record WalPiece(String segment, int from, int to, String hash) {
  private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}");

  /** Digits of a segment's name that stand in a directory of their own. */
  private static final int DIRECTORY = 16;

  private static final Pattern NAME =
      Pattern.compile("([0-9A-F]{24})(?:\\.([0-9a-f]{8})-([0-9a-f]{8}))?-([0-9a-f]{32})");

  /**
   * @throws IllegalArgumentException when there can be no such piece
   */
  public WalPiece {
    requireSegment(segment);
    if (from < 0 || to <= from || !RandomId.isValid(hash)) {
      throw new IllegalArgumentException(
          "not a piece of " + segment + ": " + from + " to " + to + ", " + hash);
    }
  }

  static void requireSegment(String name) {
    if (!SEGMENT.matcher(name).matches()) {
      throw new IllegalArgumentException("not the name of a WAL segment: " + name);
    }
  }

  /** How many bytes it has. */
  public int length() {
    return to - from;
  }

  /** The name of the object that holds it. */
  ObjectName object(String logId, int segmentSize) {
    String range =
        length() == segmentSize ? "" : String.format(Locale.ROOT, ".%08x-%08x", from, to);
    return ObjectName.of(directory(logId, segment) + segment + range + "-" + hash);
  }

  /** Where all pieces of a segment are, and those of its neighbours. */
  static String directory(String logId, String segment) {
    return "wal/" + logId + "/" + segment.substring(0, DIRECTORY) + "/";
  }

  /**
   * The piece that an object's name tells of; null when there can be no such piece of segments of
   * that size.
   */
  static @Nullable WalPiece orNull(ObjectName name, int segmentSize) {
    Matcher parts = NAME.matcher(name.last());
    if (!parts.matches()) {
      return null;
    }
    boolean whole = parts.group(2) == null;
    long from = whole ? 0 : Long.parseLong(parts.group(2), 16);
    long to = whole ? segmentSize : Long.parseLong(parts.group(3), 16);
    if (from >= to || to > segmentSize || (!whole && to - from == segmentSize)) {
      return null;
    }
    return isPossible(parts.group(1), segmentSize)
        ? new WalPiece(parts.group(1), (int) from, (int) to, parts.group(4))
        : null;
  }

  /** Whether a server may write a segment of that name; it never gets to the last one of all. */
  private static boolean isPossible(String segment, int segmentSize) {
    long timeline = Long.parseLong(segment, 0, 8, 16);
    long high = Long.parseLong(segment, 8, 16, 16);
    long low = Long.parseLong(segment, 16, 24, 16);
    long most = (1L << 32) / segmentSize - 1;
    return timeline >= 1
        && timeline <= Integer.MAX_VALUE
        && low <= most
        && (high != 0xFFFF_FFFFL || low != most);
  }
}
