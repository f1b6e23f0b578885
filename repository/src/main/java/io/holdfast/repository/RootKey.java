package io.holdfast.repository;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The root key of one generation, opened: a symmetric key, an X25519 private key and the secret of
 * the family; docs/repository-format.md section 5.1.
 */
record RootKey(long generation, Secret symmetric, Secret privateKey, Secret family)
    implements AutoCloseable {
  private static final int PAYLOAD = 4 + 3 * Hkdf.KEY;

  /**
   * A root key of generation 1.
   *
   * @param family of the repository; taken over
   */
  static RootKey first(Secret family, RandomGenerator random) {
    return new RootKey(1, random(random), random(random), family);
  }

  /** 32 random bytes. */
  static Secret random(RandomGenerator random) {
    byte[] bytes = new byte[Hkdf.KEY];
    random.nextBytes(bytes);
    return new Secret(bytes);
  }

  /** The payload of a key object; the caller wipes it. */
  byte[] encode() {
    byte[] payload = new byte[PAYLOAD];
    byte[] number = new Encoder(16).u32(generation).toBytes();
    System.arraycopy(number, 0, payload, 0, 4);
    copy(symmetric, payload, 4);
    copy(privateKey, payload, 4 + Hkdf.KEY);
    copy(family, payload, 4 + 2 * Hkdf.KEY);
    return payload;
  }

  private static void copy(Secret secret, byte[] to, int at) {
    secret.with(
        bytes -> {
          System.arraycopy(bytes, 0, to, at, Hkdf.KEY);
          return to;
        });
  }

  /** Reads a payload and wipes it. */
  static RootKey decode(byte[] payload, String what) {
    try {
      if (payload.length != PAYLOAD) {
        throw new CorruptObjectException(what, "the key in it has an unknown form");
      }
      Decoder in = new Decoder(payload, what);
      return new RootKey(
          in.u32(),
          new Secret(in.bytes(Hkdf.KEY)),
          new Secret(in.bytes(Hkdf.KEY)),
          new Secret(in.bytes(Hkdf.KEY)));
    } finally {
      Arrays.fill(payload, (byte) 0);
    }
  }

  @Override
  public void close() {
    symmetric.close();
    privateKey.close();
    family.close();
  }
}
