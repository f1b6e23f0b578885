package io.holdfast.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Numbers for people: three or so significant digits, always with their unit. */
public final class HumanFormat {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

  private HumanFormat() {}

  /** Bytes, such as {@code 12.3 MiB}. */
  public static String size(long bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 1023.95 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    if (unit == 0) {
      return bytes + " B";
    }
    return String.format(Locale.ROOT, value < 99.95 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
  }

  /** Bytes a second, such as {@code 210 MiB/s}; nothing to tell gives {@code -}. */
  public static String rate(long bytes, Duration time) {
    double seconds = time.toNanos() / 1e9;
    return seconds <= 0 ? "-" : size((long) (bytes / seconds)) + "/s";
  }

  /**
   * A length of time, such as {@code 0.8 s}, {@code 42 s}, {@code 3 min 05 s}, {@code 2 h 07 min}.
   */
  public static String duration(Duration time) {
    long seconds = time.toSeconds();
    if (time.toMillis() < 9_950) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    } else if (time.toMillis() < 59_500) {
      return Math.round(time.toMillis() / 1000.0) + " s";
    } else if (seconds < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
    } else if (seconds < 48 * 3600) {
      return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds % 3600 / 60);
    }
    return seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
  }

  /**
   * A moment in a zone, to the second, such as {@code 2026-11-22 14:00:05 CET}; {@code Z} is UTC.
   */
  public static String time(Instant instant, ZoneId zone) {
    String name =
        zone.normalized().equals(ZoneOffset.UTC)
            ? "UTC"
            : DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH).format(instant.atZone(zone));
    return TIME.format(instant.truncatedTo(ChronoUnit.SECONDS).atZone(zone)) + " " + name;
  }

  /** How much smaller, such as {@code 3.4x}; nothing to compare gives {@code -}. */
  public static String ratio(long before, long after) {
    return after <= 0 ? "-" : String.format(Locale.ROOT, "%.1fx", (double) before / after);
  }

  /** A count with its noun, such as {@code 1 file}, {@code 12,345 files}. */
  public static String count(long number, String noun) {
    return count(number, noun, noun + "s");
  }

  /** A count with its noun, whose plural is another word. */
  public static String count(long number, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
  }
}
