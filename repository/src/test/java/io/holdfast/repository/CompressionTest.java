package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CompressionTest {
  static List<Compression> all() {
    return List.of(
        Compression.NONE,
        new Compression(Codec.ZSTD, 1),
        new Compression(Codec.ZSTD, 19),
        new Compression(Codec.LZ4, 0),
        new Compression(Codec.GZIP, 1),
        new Compression(Codec.GZIP, 9));
  }

  static List<Compression> compressing() {
    return all().stream().filter(c -> c.codec() != Codec.NONE).toList();
  }

  private static byte[] text(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) "the quick brown fox jumps ".charAt((i + i / 100) % 26);
    }
    return bytes;
  }

  private static byte[] open(Compression.Compressed c, int length) {
    return Compression.decompress(c.codec(), c.bytes(), 0, c.length(), length, "block");
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatWasCompressedComesBack(Compression compression) {
    Random random = new Random(1);
    for (int length : new int[] {0, 1, 15, 1000, 65_537, BlockDescriptor.MAX_PLAIN}) {
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      for (byte[] plain : List.of(text(length), noise, new byte[length])) {
        assertThat(open(compression.compress(plain, 0, length), length)).isEqualTo(plain);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("compressing")
  void noiseIsStoredAsItIs(Compression compression) {
    byte[] noise = new byte[100_000];
    new Random(2).nextBytes(noise);
    Compression.Compressed stored = compression.compress(noise, 0, noise.length);
    assertThat(stored.codec()).isEqualTo(Codec.NONE);
    assertThat(stored.length()).isEqualTo(noise.length);
    Compression.Compressed small = compression.compress(text(100_000), 0, 100_000);
    assertThat(small.codec()).isEqualTo(compression.codec());
    assertThat(small.length()).isLessThan(50_000);
  }

  @ParameterizedTest
  @MethodSource("compressing")
  void aWrongPlainLengthIsDamage(Compression compression) {
    Compression.Compressed stored = compression.compress(text(100_000), 0, 100_000);
    for (int length : new int[] {0, 1, 99_999, 100_001, BlockDescriptor.MAX_PLAIN}) {
      assertThatExceptionOfType(CorruptObjectException.class)
          .as("%d", length)
          .isThrownBy(() -> open(stored, length));
    }
  }

  @ParameterizedTest
  @MethodSource("compressing")
  void truncatedBytesAreDamage(Compression compression) {
    Compression.Compressed stored = compression.compress(text(5_000), 0, 5_000);
    for (int length = 0; length < stored.length(); length++) {
      Compression.Compressed cut =
          new Compression.Compressed(
              stored.codec(), 0, Arrays.copyOf(stored.bytes(), length), length);
      assertThatExceptionOfType(CorruptObjectException.class)
          .as("%d of %d", length, stored.length())
          .isThrownBy(() -> open(cut, 5_000));
    }
  }

  /** Sealing comes before: but a defect must not become an endless loop or a wild read. */
  @ParameterizedTest
  @MethodSource("compressing")
  void hostileBytesNeverDoMoreThanFail(Compression compression) {
    Random random = new Random(3);
    Compression.Compressed stored = compression.compress(text(3_000), 0, 3_000);
    for (int i = 0; i < 2_000; i++) {
      byte[] bad = Arrays.copyOf(stored.bytes(), stored.length());
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        byte[] out = Compression.decompress(stored.codec(), bad, 0, bad.length, 3_000, "block");
        assertThat(out).hasSize(3_000);
      } catch (CorruptObjectException e) {
        assertThat(e.what()).isEqualTo("block");
      }
    }
  }

  @Test
  void levelsAreChecked() {
    for (Object[] bad :
        new Object[][] {{Codec.ZSTD, 0}, {Codec.ZSTD, 20}, {Codec.GZIP, 10}, {Codec.LZ4, 1}}) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> new Compression((Codec) bad[0], (Integer) bad[1]));
    }
  }

  @Test
  void anUnknownCodecIsUnsupportedAndNotDamage() {
    assertThatExceptionOfType(UnsupportedFormatException.class)
        .isThrownBy(() -> Codec.of(9, "block"));
  }
}
