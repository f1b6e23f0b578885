package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A transaction backup: what was stored of a log within some time; docs/repository-format.md
 * section 12.5. That there was nothing to store is recorded too.
 *
 * @param timeline of the log
 * @param from position at which it begins
 * @param to position behind it
 * @param recorded when it was, by the client's clock
 * @param since the moment for which the period before it was complete; null if there is none
 * @param complete a moment of the server's clock of which is known that all that was flushed by
 *     then lies before {@code to}; null if none is
 * @param pieces that were stored
 * @param bytes of the log in them
 * @param storedBytes of their objects
 * @param gap why what lies before {@code from} is not there; null if it is, or nothing is known
 */
public record WalPeriod(
    int timeline,
    long from,
    long to,
    Instant recorded,
    @Nullable Instant since,
    @Nullable Instant complete,
    long pieces,
    long bytes,
    long storedBytes,
    @Nullable String gap) {
  private static final int LONGEST_REASON = 1000;

  /**
   * @throws IllegalArgumentException when there can be no such period
   */
  public WalPeriod {
    if (timeline < 1 || Long.compareUnsigned(to, from) < 0) {
      throw new IllegalArgumentException(
          "no period of timeline %d: %X to %X".formatted(timeline, from, to));
    }
  }

  /**
   * Where a gap ends.
   *
   * @param end position behind it
   * @param reason in words; what is longer than a thousand characters is cut off
   */
  public static WalPeriod behindGap(int timeline, long end, Instant recorded, String reason) {
    String told = reason.substring(0, Math.min(LONGEST_REASON, reason.length()));
    return new WalPeriod(timeline, end, end, recorded, null, null, 0, 0, 0, told);
  }

  static WalPeriod read(JsonMembers in) throws MalformedJsonException {
    return new WalPeriod(
        in.smallNumber("timeline"),
        in.value("from", WalPeriod::position),
        in.value("to", WalPeriod::position),
        in.instant("recorded"),
        in.has("since") ? in.instant("since") : null,
        in.has("complete") ? in.instant("complete") : null,
        in.number("pieces"),
        in.number("bytes"),
        in.number("storedBytes"),
        in.has("gap") ? in.text("gap") : null);
  }

  private static long position(String digits) {
    return Long.parseUnsignedLong(digits, 16);
  }

  void writeTo(JsonWriter out) {
    out.number("timeline", timeline)
        .text("from", digits(from))
        .text("to", digits(to))
        .instant("recorded", recorded);
    if (since != null) {
      out.instant("since", since);
    }
    if (complete != null) {
      out.instant("complete", complete);
    }
    out.number("pieces", pieces).number("bytes", bytes).number("storedBytes", storedBytes);
    if (gap != null) {
      out.text("gap", gap);
    }
  }

  private static String digits(long position) {
    return String.format(Locale.ROOT, "%016X", position);
  }

  static String directory(String logId) {
    return "wal/" + logId + "/periods/";
  }

  /**
   * Of those of a timeline, one that ends later sorts later, and then one that was recorded later.
   */
  ObjectName object(String logId) {
    return ObjectName.of(
        directory(logId)
            + String.format(
                Locale.ROOT, "%08X-%016X-%012x", timeline, to, recorded.toEpochMilli()));
  }
}
