package io.holdfast.postgres;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names as a server keeps them: bytes in whatever encoding the session had that gave them. What is
 * not UTF-8 is shown with replacement characters, and cannot be asked for by its name.
 */
final class ServerText {
  private ServerText() {}

  /** An SQL expression for the bytes of a text, unchanged. */
  static String bytes(String column) {
    return "CASE WHEN getdatabaseencoding() = 'UTF8' THEN textsend("
        + column
        + ") ELSE convert_to("
        + column
        + ", getdatabaseencoding()) END";
  }

  static String decode(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static boolean isUtf8(byte[] bytes) {
    return Arrays.equals(bytes, decode(bytes).getBytes(StandardCharsets.UTF_8));
  }
}
