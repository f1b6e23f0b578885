package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what people write for a {@link RecoveryTarget}. */
final class TargetText {
  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2})[T ](\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?) ?(.*)");
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}\\b.*");
  private static final Pattern LSN = Pattern.compile("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}");
  private static final Pattern XID = Pattern.compile("(?:xid:)?(\\d+)");
  private static final String POINT = "point:";
  private static final long FIRST_XID = 3; // transam.h: FirstNormalTransactionId

  /** A server takes no longer name (MAXFNAMELEN in xlog_internal.h). */
  private static final int LONGEST_NAME = 63;

  private static final DateTimeFormatter LOCAL =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral(' ')
          .appendPattern("HH:mm[:ss]")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
          .optionalEnd()
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  private static final String TIME_HINT =
      "Write it like 2026-11-26 14:30:00Z, 2026-11-26 15:30:00+01:00 or 2026-11-26 15:30"
          + " Europe/Berlin.";

  private TargetText() {}

  static RecoveryTarget parse(String text) {
    if (text.equalsIgnoreCase(RecoveryTarget.LATEST)) {
      return new RecoveryTarget.Latest();
    }
    Matcher time = TIME.matcher(text);
    if (time.matches()) {
      return new RecoveryTarget.Time(
          instant(text, time.group(1) + " " + time.group(2), time.group(3)));
    }
    if (DATE.matcher(text).matches()) {
      throw RecoveryTargetException.malformed(text, "is not a time", TIME_HINT);
    }
    if (LSN.matcher(text).matches()) {
      return new RecoveryTarget.Position(Lsn.parse(text));
    }
    Matcher xid = XID.matcher(text);
    if (xid.matches()) {
      return transaction(text, xid.group(1));
    }
    if (text.startsWith("xid:") || (text.contains("/") && !text.startsWith(POINT))) {
      throw RecoveryTargetException.malformed(
          text,
          "is neither a transaction nor a position",
          "Those are written like xid:7421 and 0/5A2B3C8; a point like point:" + text);
    }
    return point(text, text.startsWith(POINT) ? text.substring(POINT.length()) : text);
  }

  /**
   * @param text of which the name is a part
   */
  static RecoveryTarget.Point point(String text, String name) {
    if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw RecoveryTargetException.malformed(
          text, "is no name of a restore point", "Those have 1 to 63 bytes.");
    }
    return new RecoveryTarget.Point(name);
  }

  private static Instant instant(String text, String local, String zone) {
    if (zone.isEmpty()) {
      throw RecoveryTargetException.malformed(text, "does not say in which zone", TIME_HINT);
    }
    try {
      LocalDateTime time = LocalDateTime.parse(local, LOCAL);
      List<ZoneOffset> offsets = ZoneId.of(zone).getRules().getValidOffsets(time);
      if (offsets.size() != 1) {
        throw RecoveryTargetException.malformed(
            text,
            offsets.isEmpty() ? "was left out by the clocks there" : "was there twice",
            "Write it with an offset, like " + local + "+01:00.");
      }
      return time.toInstant(offsets.getFirst());
    } catch (DateTimeException e) {
      throw RecoveryTargetException.malformed(text, "is not a time", TIME_HINT);
    }
  }

  private static RecoveryTarget transaction(String text, String digits) {
    long xid;
    try {
      xid = Long.parseLong(digits) & 0xFFFF_FFFFL; // pg_current_xact_id() counts wraparounds too
    } catch (NumberFormatException e) {
      xid = 0;
    }
    if (xid < FIRST_XID) {
      throw RecoveryTargetException.malformed(
          text, "is no number of a transaction", "They begin at 3.");
    }
    return new RecoveryTarget.Transaction(xid);
  }
}
