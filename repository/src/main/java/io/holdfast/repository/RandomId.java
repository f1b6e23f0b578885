package io.holdfast.repository;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * 16 random bytes that name a repository, an epoch, a key, a session or a run; 32 digits in text.
 */
public final class RandomId {
  static final int LENGTH = 16;

  /** Sixteen zeros, where there is nothing to name. */
  static final RandomId NONE = new RandomId(new byte[LENGTH]);

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{32}");

  private final byte[] bytes;

  private RandomId(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param random a source that nobody can predict
   */
  static RandomId next(RandomGenerator random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new RandomId(bytes);
  }

  static RandomId read(Decoder in) {
    return new RandomId(in.bytes(LENGTH));
  }

  /**
   * @throws IllegalArgumentException unless the text is 32 hexadecimal digits
   */
  public static RandomId parse(String text) {
    byte[] bytes = HexFormat.of().parseHex(text);
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("an id has 32 digits: " + text);
    }
    return new RandomId(bytes);
  }

  /** Whether the text is an id as names and records have it: 32 digits, lower-case. */
  static boolean isValid(String text) {
    return FORM.matcher(text).matches();
  }

  /** The 16 bytes, not to be changed. */
  byte[] rawBytes() {
    return bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RandomId id && Arrays.equals(bytes, id.bytes);
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
