package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Pages that are prepared for compression come back as they were, whatever they hold. */
class PageFilterTest {
  private static final int PAGE = 8192;

  @Property(tries = 300)
  void pagesOfAnyKindComeBack(@ForAll long seed, @ForAll @IntRange(min = 9, max = 15) int power) {
    Random random = new Random(seed);
    int size = 1 << power;
    SamplePages samples = new SamplePages(random, size);
    byte[] plain = new byte[random.nextInt(1, 20) * size];
    for (int at = 0; at < plain.length; at += size) {
      System.arraycopy(samples.any(), 0, plain, at, size);
    }
    comesBack(plain, size);
  }

  @Property(tries = 300)
  void anyBytesComeBack(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] plain = new SamplePages(random, PAGE).table(5);
    for (int change = random.nextInt(200); change > 0; change--) {
      plain[random.nextInt(plain.length)] = (byte) random.nextInt();
    }
    comesBack(plain, PAGE);
    random.nextBytes(plain);
    comesBack(plain, PAGE);
  }

  /** Also at an offset, and with a filter that was used before. */
  private static void comesBack(byte[] plain, int size) {
    PageFilter filter = new PageFilter(size);
    byte[] shifted = new byte[plain.length + 7];
    System.arraycopy(plain, 0, shifted, 7, plain.length);
    byte[] out = new byte[PageFilter.bound(plain.length)];
    Arrays.fill(out, (byte) 0x77);
    int first = filter.prepare(plain, 0, plain.length, out);
    byte[] before = out.clone();
    assertThat(filter.prepare(shifted, 7, plain.length, out)).isEqualTo(first);
    if (first >= 0) {
      assertThat(out).isEqualTo(before);
      assertThat(restore(out, first, plain.length)).isEqualTo(plain);
    }
  }

  @Test
  void pagesOfATableBecomeMuchSmaller() {
    byte[] plain = new SamplePages(new Random(1), PAGE).table(64);
    byte[] out = new byte[PageFilter.bound(plain.length)];
    int length = new PageFilter(PAGE).prepare(plain, 0, plain.length, out);
    assertThat(length).isPositive();
    int prepared = Zstd.compress(Arrays.copyOf(out, length), 1).length;
    assertThat(prepared).isLessThan(Zstd.compress(plain, 1).length * 9 / 10);
  }

  @Test
  void whatIsNoPagesIsNotWorthIt() {
    byte[] plain = new byte[16 * PAGE];
    new Random(1).nextBytes(plain);
    byte[] out = new byte[PageFilter.bound(plain.length)];
    assertThat(new PageFilter(PAGE).prepare(plain, 0, plain.length, out)).isEqualTo(-1);
  }

  @Property(tries = 1000)
  void alteredBytesAreRefusedOrGiveAsManyBytes(@ForAll long seed) {
    Random random = new Random(seed);
    SamplePages samples = new SamplePages(random, 1024);
    byte[] plain = new byte[8 * 1024];
    for (int at = 0; at < plain.length; at += 1024) {
      System.arraycopy(samples.any(), 0, plain, at, 1024);
    }
    byte[] out = new byte[PageFilter.bound(plain.length)];
    int length = new PageFilter(1024).prepare(plain, 0, plain.length, out);
    if (length < 0) {
      return;
    }
    for (int change = random.nextInt(1, 6); change > 0; change--) {
      out[random.nextInt(Math.min(length, random.nextBoolean() ? 300 : length))] ^=
          (byte) (1 << random.nextInt(8));
    }
    try {
      assertThat(restore(out, length, plain.length)).hasSize(plain.length);
    } catch (CorruptObjectException e) {
      assertThat(e).hasMessageContaining("pages");
    }
  }

  @Test
  void aLengthThatDoesNotFitIsRefused() {
    byte[] plain = new SamplePages(new Random(1), PAGE).table(4);
    byte[] out = new byte[PageFilter.bound(plain.length)];
    int length = new PageFilter(PAGE).prepare(plain, 0, plain.length, out);
    for (int wrong : new int[] {0, 1, length - 1, length + 1}) {
      assertThatThrownBy(() -> restore(out, wrong, plain.length))
          .isInstanceOf(CorruptObjectException.class);
    }
    for (int wrong : new int[] {0, 100, PAGE, plain.length + PAGE}) {
      assertThatThrownBy(() -> restore(out, length, wrong))
          .isInstanceOf(CorruptObjectException.class);
    }
  }

  /** Into memory that held something else, by an instance that restored something else. */
  private static byte[] restore(byte[] prepared, int length, int plainLength) {
    byte[] other = new SamplePages(new Random(7), PAGE).table(3);
    byte[] otherPrepared = new byte[PageFilter.bound(other.length)];
    int otherLength = new PageFilter(PAGE).prepare(other, 0, other.length, otherPrepared);
    byte[] plain = new byte[Math.max(plainLength, other.length)];
    PageUnfilter unfilter = new PageUnfilter();
    unfilter.restore(otherPrepared, otherLength, plain, other.length, "others");
    Arrays.fill(plain, (byte) 0x55);
    unfilter.restore(prepared, length, plain, plainLength, "pages");
    return Arrays.copyOf(plain, plainLength);
  }
}
