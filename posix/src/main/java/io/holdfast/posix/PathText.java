package io.holdfast.posix;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Between the bytes of a path and text: what people type and what they are shown. */
final class PathText {
  private static final int FIRST_ESCAPE = 0xDC80;
  private static final int LAST_ESCAPE = 0xDCFF;
  private static final HexFormat HEX = HexFormat.of().withPrefix("\\x");

  private PathText() {}

  /** See {@link BytePath#fromArgument}. */
  static byte[] parse(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 8);
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (c >= FIRST_ESCAPE && c <= LAST_ESCAPE) {
        out.write(c & 0xff);
      } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        throw new IllegalArgumentException("path is not well-formed text");
      } else {
        out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    return withoutSpareSlashes(out.toByteArray());
  }

  private static byte[] withoutSpareSlashes(byte[] bytes) {
    int length = 0;
    for (byte b : bytes) {
      if (b != '/' || length == 0 || bytes[length - 1] != '/') {
        bytes[length++] = b;
      }
    }
    if (length > 1 && bytes[length - 1] == '/') {
      length--;
    }
    return Arrays.copyOf(bytes, length);
  }

  /** See {@link BytePath#toString}. */
  static String show(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    int i = 0;
    while (i < bytes.length) {
      int length = sequenceLength(bytes, i);
      String character = new String(bytes, i, length, StandardCharsets.UTF_8);
      if (length == 0 || !isPrintable(character.codePointAt(0))) {
        length = Math.max(length, 1);
        for (int k = i; k < i + length; k++) {
          out.append(HEX.formatHex(bytes, k, k + 1));
        }
      } else {
        out.append(character);
      }
      i += length;
    }
    return out.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> c != '\\';
    };
  }

  /** Length of the valid UTF-8 sequence that starts here, 0 if none does. */
  private static int sequenceLength(byte[] bytes, int at) {
    int length = announcedLength(bytes[at] & 0xff);
    if (length < 2) {
      return length;
    }
    if (at + length > bytes.length) {
      return 0;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
      return length;
    } catch (CharacterCodingException e) {
      return 0; // that is the answer, not a failure
    }
  }

  private static int announcedLength(int first) {
    if (first < 0x80) {
      return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
      return 0;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  }
}
