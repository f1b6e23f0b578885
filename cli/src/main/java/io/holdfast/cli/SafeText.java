package io.holdfast.cli;

/** Text from outside, made safe to print: names may hold line ends and what moves a cursor. */
final class SafeText {
  private SafeText() {}

  /** Control characters as escapes, lone surrogates as the bytes that they stand for. */
  static String of(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c >= 0xDC80 && c <= 0xDCFF) {
                safe.append(String.format("\\x%02X", c - 0xDC00));
              } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                safe.append(c < 0x80 ? String.format("\\x%02X", c) : String.format("\\u%04X", c));
              } else {
                safe.appendCodePoint(c);
              }
            });
    return safe.toString();
  }
}
