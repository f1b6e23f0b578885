package io.holdfast.posix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** The system's words for an error number. */
final class ErrorText {
  private static final int LIMIT = 256;
  private static final MethodHandle STRERROR_R =
      Libc.plain(
          "__xpg_strerror_r",
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);

  private ErrorText() {}

  static String of(int errno) {
    try (CallFrame frame = new CallFrame()) {
      MemorySegment text = frame.bytes(LIMIT);
      int result = (int) STRERROR_R.invokeExact(errno, text, (long) LIMIT);
      return result == 0 ? text.getString(0, StandardCharsets.US_ASCII) : "error " + errno;
    } catch (Throwable e) {
      throw Libc.unexpected(e);
    }
  }
}
