package io.holdfast.posix;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory that a function of the C library may be given, until its {@link CallFrame} is closed.
 *
 * @param values in the processor's order of bytes; a buffer, since the accessors of a segment are
 *     method handles, which take a few milliseconds each in every process
 */
record NativeBytes(long address, ByteBuffer values) {
  static NativeBytes of(MemorySegment memory) {
    return new NativeBytes(memory.address(), memory.asByteBuffer().order(ByteOrder.nativeOrder()));
  }

  /** A copy of the first bytes. */
  byte[] toArray(int length) {
    byte[] copy = new byte[length];
    values.get(0, copy);
    return copy;
  }
}
