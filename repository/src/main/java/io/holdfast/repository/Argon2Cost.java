package io.holdfast.repository;

import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * What one guess of a passphrase costs, with Argon2id (RFC 9106). Bounded, since it is read from
 * storage before anything is authenticated.
 */
public record Argon2Cost(int memoryKiB, int passes, int lanes) {
  /** RFC 9106 section 4, second recommended option: 64 MiB, 3 passes, 4 lanes. */
  public static final Argon2Cost DEFAULT = new Argon2Cost(65_536, 3, 4);

  static final int MAX_MEMORY_KIB = 1 << 20;
  static final int MAX_PASSES = 64;
  static final int MAX_LANES = 64;

  /**
   * @throws IllegalArgumentException when a value is out of bounds
   */
  public Argon2Cost {
    if (passes < 1
        || passes > MAX_PASSES
        || lanes < 1
        || lanes > MAX_LANES
        || memoryKiB < 8 * lanes
        || memoryKiB > MAX_MEMORY_KIB) {
      throw new IllegalArgumentException(
          "Argon2id with %d KiB, %d passes and %d lanes is out of bounds"
              .formatted(memoryKiB, passes, lanes));
    }
  }

  /** 32 bytes; the caller wipes them. */
  byte[] derive(byte[] passphrase, byte[] salt) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKiB)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(Arrays.copyOf(salt, salt.length))
            .build());
    byte[] out = new byte[Hkdf.KEY];
    generator.generateBytes(passphrase, out);
    return out;
  }
}
