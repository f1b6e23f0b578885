package io.holdfast.postgres;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sizes as SHOW prints them, such as 16MB (guc.c, memory units). */
final class ServerSize {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(B|kB|MB|GB|TB)?");

  private ServerSize() {}

  /**
   * The number of bytes.
   *
   * @throws ServerProtocolException if the text is of another form
   */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new ServerProtocolException("The server shows " + text + " where a size belongs");
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    int shift =
        switch (unit) {
          case "kB" -> 10;
          case "MB" -> 20;
          case "GB" -> 30;
          case "TB" -> 40;
          default -> 0;
        };
    return Long.parseLong(matcher.group(1)) << shift;
  }
}
