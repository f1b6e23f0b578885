package io.holdfast.repository;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Names a domain, a set of chunks that share keys; docs/repository-format.md section 5.4. */
final class DomainId {
  static final int LENGTH = 16;

  /** The domain of everything that has none of its own. */
  static final DomainId DEFAULT = new DomainId(new byte[LENGTH]);

  private final byte[] bytes;

  private DomainId(byte[] bytes) {
    this.bytes = bytes;
  }

  static DomainId read(Decoder in) {
    return new DomainId(in.bytes(LENGTH));
  }

  /** The 16 bytes, not to be changed. */
  byte[] rawBytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DomainId id && Arrays.equals(bytes, id.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
