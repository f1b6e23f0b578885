package io.holdfast.repository;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The keyed hash of a chunk, 32 bytes; ordered by unsigned bytes. */
public final class ChunkId implements Comparable<ChunkId> {
  /** Length in bytes. */
  public static final int LENGTH = 32;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;

  private ChunkId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param bytes 32 bytes, copied
   */
  public static ChunkId of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a chunk id has 32 bytes, not " + bytes.length);
    }
    return new ChunkId(bytes.clone());
  }

  /** Takes over bytes that nobody else keeps. */
  static ChunkId wrap(byte[] bytes) {
    return new ChunkId(bytes);
  }

  static ChunkId read(Decoder in) {
    return new ChunkId(in.bytes(LENGTH));
  }

  static ChunkId parse(String hex) {
    return of(HexFormat.of().parseHex(hex));
  }

  /** The 32 bytes, not to be changed. */
  byte[] rawBytes() {
    return bytes;
  }

  @Override
  public int compareTo(ChunkId other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChunkId id && Arrays.equals(bytes, id.bytes);
  }

  /** Any eight bytes of a keyed hash are as good as a hash of all. */
  @Override
  public int hashCode() {
    return Long.hashCode((long) LONGS.get(bytes, 0));
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
