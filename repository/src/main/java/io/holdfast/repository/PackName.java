package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.nio.ByteBuffer;
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

  /**
   * The pack that lies under this name.
   *
   * @param object of the form that packs have
   */
  static PackName ofObject(ObjectName object) {
    return new PackName(HexFormat.of().parseHex(object.last()));
  }

  /** Eight bytes of the name, for a {@link PackSet}. */
  long key() {
    return ByteBuffer.wrap(hash).getLong();
  }

  /** Checks the bytes of the pack. */
  void requireHashOf(byte[] bytes) {
    if (!Arrays.equals(Sha256.of(bytes), hash)) {
      throw new CorruptObjectException(
          object().value(), "its bytes do not have the hash that names it");
    }
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
