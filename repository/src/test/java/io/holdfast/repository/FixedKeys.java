package io.holdfast.repository;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Keys made from a seed, for tests of what lies above the keys. */
final class FixedKeys implements ObjectKeys {
  private final RandomId repository;
  private final RandomId epoch;
  private final byte[] epochKey = new byte[32];

  FixedKeys(long seed) {
    Random random = new Random(seed);
    repository = RandomId.next(random);
    epoch = RandomId.next(random);
    random.nextBytes(epochKey);
  }

  @Override
  public RandomId repository() {
    return repository;
  }

  @Override
  public RandomId currentEpoch() {
    return epoch;
  }

  @Override
  public SecretKey derive(ObjectHeader header, String label, String name) {
    if (!header.epoch().equals(epoch)) {
      throw new CorruptObjectException(name, "it names an unknown epoch");
    }
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "AES",
              HKDFParameterSpec.ofExtract()
                  .addIKM(epochKey)
                  .addSalt(header.salt().rawBytes())
                  .thenExpand(
                      ("holdfast/1/" + label).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                      32));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static DomainSecrets secrets(long seed) {
    Random random = new Random(seed);
    byte[] chunkId = new byte[32];
    byte[] pageHash = new byte[32];
    byte[] walName = new byte[32];
    random.nextBytes(chunkId);
    random.nextBytes(pageHash);
    long[] gear = new long[256];
    Arrays.setAll(gear, i -> random.nextLong());
    random.nextBytes(walName);
    return new DomainSecrets(
        new SecretKeySpec(chunkId, "HmacSHA256"),
        new SecretKeySpec(pageHash, "HmacSHA256"),
        new SecretKeySpec(walName, "HmacSHA256"),
        gear);
  }
}
