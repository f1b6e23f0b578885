package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What a server compressed is expanded; what it did not is refused. */
class PglzTest {
  @Test
  void aTagCopiesWhatItIsJustMaking() {
    byte[] in = {0b10, 'a', 0x0F, 1, 2}; // a byte, then 20 more of what lies one back
    byte[] out = new byte[21];
    assertThat(Pglz.expand(in, 0, in.length, out)).isTrue();
    assertThat(new String(out, StandardCharsets.US_ASCII)).isEqualTo("a".repeat(21));
  }

  @Property(tries = 500)
  void whatWasCompressedComesBack(@ForAll long seed, @ForAll @IntRange(max = 5000) int length) {
    Random random = new Random(seed);
    byte[] plain = new byte[length];
    for (int i = 0; i < length; i++) {
      plain[i] = (byte) random.nextInt(3);
    }
    byte[] in = compress(plain);
    byte[] out = new byte[length];
    assertThat(Pglz.expand(in, 0, in.length, out)).isTrue();
    assertThat(out).isEqualTo(plain);
    assertThat(Pglz.expand(in, 0, in.length, new byte[length + 1])).isFalse();
    if (length > 0) {
      assertThat(Pglz.expand(in, 0, in.length - 1, out)).isFalse();
    }
  }

  @Property(tries = 2000)
  void anyBytesAreExpandedOrRefused(@ForAll @Size(max = 300) byte[] in) {
    assertThatCode(() -> Pglz.expand(in, 0, in.length, new byte[512])).doesNotThrowAnyException();
  }

  /** The longest of what lies up to 4095 back, else the byte. */
  private static byte[] compress(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < plain.length) {
      int control = 0;
      ByteArrayOutputStream items = new ByteArrayOutputStream();
      for (int item = 0; item < 8 && at < plain.length; item++) {
        int best = 0;
        int back = 0;
        for (int from = Math.max(0, at - 300); from < at; from++) {
          int same = Arrays.mismatch(plain, from, plain.length, plain, at, plain.length);
          same = Math.min(same < 0 ? plain.length - at : same, plain.length - at);
          if (same > best) {
            best = Math.min(same, 18 + 255);
            back = at - from;
          }
        }
        if (best < 3) {
          items.write(plain[at++]);
        } else {
          control |= 1 << item;
          items.write((back >> 4 & 0xF0) | Math.min(best - 3, 15));
          items.write(back);
          if (best >= 18) {
            items.write(best - 18);
          }
          at += best;
        }
      }
      out.write(control);
      out.writeBytes(items.toByteArray());
    }
    return out.toByteArray();
  }
}
