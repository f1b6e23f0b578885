package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of all bytes of a pack, which names it: {@code packs/<ab>/<sha256>}. */
final class PackName implements Comparable<PackName> {
  static final int LENGTH = 32;
  static final String PREFIX = "packs/";

  private final byte[] hash;

  PackName(byte[] hash) {
    if (hash.length != LENGTH) {
      throw new IllegalArgumentException("a pack is named by 32 bytes, not " + hash.length);
    }
    this.hash = hash.clone();
  }

  /** The 32 bytes, not to be changed. */
  byte[] rawBytes() {
    return hash;
  }

  ObjectName object() {
    String hex = toString();
    return ObjectName.of(PREFIX + hex.substring(0, 2) + "/" + hex);
  }

  @Override
  public int compareTo(PackName other) {
    return Arrays.compareUnsigned(hash, other.hash);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PackName name && Arrays.equals(hash, name.hash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(hash);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(hash);
  }
}
