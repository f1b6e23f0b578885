package io.holdfast.posix;

import java.nio.charset.StandardCharsets;

/** The system's words for an error number. */
final class ErrorText {
  private static final int LIMIT = 256;
  private static final LibraryFunction STRERROR_R = LibraryFunction.ofInt("__xpg_strerror_r");

  private ErrorText() {}

  static String of(int errno) {
    try (CallFrame frame = new CallFrame()) {
      NativeBytes text = frame.bytes(LIMIT);
      if (frame.call(STRERROR_R, errno, text.address(), LIMIT) != 0) {
        return "error " + errno;
      }
      int length = 0;
      while (text.values().get(length) != 0) {
        length++;
      }
      return new String(text.toArray(length), StandardCharsets.US_ASCII);
    }
  }
}
