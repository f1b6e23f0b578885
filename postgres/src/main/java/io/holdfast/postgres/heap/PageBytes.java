package io.holdfast.postgres.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in a page. */
final class PageBytes {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private PageBytes() {}

  static int u16(byte[] bytes, int at) {
    return Short.toUnsignedInt((short) SHORTS.get(bytes, at));
  }

  static long u32(byte[] bytes, int at) {
    return Integer.toUnsignedLong((int) INTS.get(bytes, at));
  }
}
