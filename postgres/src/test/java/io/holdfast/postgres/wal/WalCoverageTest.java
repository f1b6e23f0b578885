package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WalCoverageTest {
  private static final int SEGMENT = 1 << 20;
  private static final int UNIT = SEGMENT / 4;

  private static LsnRange range(long from, long to) {
    return new LsnRange(new Lsn(from), new Lsn(to));
  }

  /** Against a bit for each quarter of a segment. */
  @Property
  void whatIsToldIsCoveredAndNothingElse(
      @ForAll @Size(max = 40) List<@IntRange(max = 60) Integer> segments,
      @ForAll @Size(max = 40) List<@IntRange(max = 240) Integer> starts,
      @ForAll @IntRange(min = 1, max = 9) int length) {
    WalCoverage coverage = new WalCoverage(SEGMENT);
    BitSet there = new BitSet();
    for (int start : starts) {
      coverage.add(range((long) start * UNIT, (long) (start + length) * UNIT));
      there.set(start, start + length);
    }
    for (int segment : segments) {
      coverage.addSegment(segment);
      there.set(segment * 4, segment * 4 + 4);
    }
    List<LsnRange> expected = new ArrayList<>();
    int to;
    for (int from = there.nextSetBit(0); from >= 0; from = there.nextSetBit(to)) {
      to = there.nextClearBit(from);
      expected.add(range((long) from * UNIT, (long) to * UNIT));
    }
    assertThat(coverage.ranges()).isEqualTo(expected);
  }

  @Test
  void aMillionSegmentsInAnyOrderAreOneRange() {
    WalCoverage coverage = new WalCoverage(16 << 20);
    long first = 0x1_0000_0000L;
    int count = 1_000_003;
    for (long i = 0; i < count; i++) {
      coverage.addSegment(first + i * 500_009 % count);
    }
    long start = first * (16 << 20);
    assertThat(coverage.ranges()).containsExactly(range(start, start + count * (16L << 20)));
  }

  @Test
  void partsAreMergedWhileTheyComeIn() {
    WalCoverage coverage = new WalCoverage(SEGMENT);
    int count = 10_007;
    for (long i = 0; i < count; i++) {
      long at = i * 5003 % count;
      if (at != 77) {
        coverage.add(range(at * 100, at * 100 + 100));
      }
    }
    assertThat(coverage.ranges()).containsExactly(range(0, 7700), range(7800, count * 100L));
  }

  @Test
  void thereIsNoEmptyRange() {
    assertThatIllegalArgumentException().isThrownBy(() -> range(5, 5));
    assertThatIllegalArgumentException().isThrownBy(() -> range(-1, 5));
  }
}
