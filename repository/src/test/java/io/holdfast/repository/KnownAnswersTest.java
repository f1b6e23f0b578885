package io.holdfast.repository;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.junit.jupiter.api.Test;

/** Published vectors of what the format is built from. */
final class KnownAnswersTest {
  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }

  /** RFC 5869, A.1. */
  @Test
  void hkdfWithSalt() {
    assertThat(
            Hkdf.derive(
                hex("0b".repeat(22)),
                hex("000102030405060708090a0b0c"),
                hex("f0f1f2f3f4f5f6f7f8f9"),
                42))
        .isEqualTo(
            hex(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
  }

  /** RFC 5869, A.3. */
  @Test
  void hkdfWithoutSaltAndInfo() {
    assertThat(Hkdf.derive(hex("0b".repeat(22)), Hkdf.NO_SALT, new byte[0], 42))
        .isEqualTo(
            hex(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
  }

  /** RFC 4231, test case 2. */
  @Test
  void hmac() {
    byte[] data = "what do ya want for nothing?".getBytes(US_ASCII);
    assertThat(Hkdf.hmac("Jefe".getBytes(US_ASCII), data, 0, data.length))
        .isEqualTo(hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  }

  /** RFC 9106, 5.3. */
  @Test
  void argon2id() {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(32)
            .withIterations(3)
            .withParallelism(4)
            .withSalt(hex("02".repeat(16)))
            .withSecret(hex("03".repeat(8)))
            .withAdditional(hex("04".repeat(12)))
            .build());
    byte[] tag = new byte[32];
    generator.generateBytes(hex("01".repeat(32)), tag);
    assertThat(tag)
        .isEqualTo(hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"));
  }

  /** Counted with the reference implementation's test of Argon2id version 0x13, one lane. */
  @Test
  void argon2idWithoutSecret() {
    assertThat(
            new Argon2Cost(65_536, 2, 1)
                .derive("password".getBytes(US_ASCII), "somesalt".getBytes(US_ASCII)))
        .isEqualTo(hex("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"));
  }

  /** The GCM specification (McGrew, Viega), test case 14. */
  @Test
  void gcmOfAZeroBlock() {
    Gcm gcm = new Gcm(new SecretKeySpec(new byte[32], "AES"));
    byte[] sealed = gcm.seal(0, new byte[0], new byte[16], 0, 16);
    assertThat(sealed)
        .isEqualTo(hex("cea7403d4d606b6e074ec5d3baf39d18 d0d1c8a799996bf0265b98b5d48ab919"));
  }

  @Test
  void theNonceIsThePosition() {
    Gcm gcm = new Gcm(new SecretKeySpec(new byte[32], "AES"));
    byte[] sealed = gcm.seal(1, new byte[0], new byte[16], 0, 16);
    assertThat(gcm.open(1, new byte[0], sealed, 0, sealed.length, "x")).isEqualTo(new byte[16]);
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> gcm.open(0, new byte[0], sealed, 0, sealed.length, "x"));
  }

  /** RFC 7748, 6.1. */
  @Test
  void x25519PublicKey() {
    byte[] point = new byte[32];
    X25519.generatePublicKey(
        hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"), 0, point, 0);
    assertThat(point)
        .isEqualTo(hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
  }

  @Test
  void argon2IsBoundedBeforeItRuns() {
    for (int[] bad :
        new int[][] {
          {(1 << 20) + 1, 1, 1},
          {65_536, 65, 1},
          {65_536, 0, 1},
          {65_536, 1, 65},
          {65_536, 1, 0},
          {7, 1, 1},
          {-1, 1, 1},
          {Integer.MAX_VALUE, 1, 1}
        }) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .as(Arrays.toString(bad))
          .isThrownBy(() -> new Argon2Cost(bad[0], bad[1], bad[2]));
    }
  }
}
