package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class MergePolicyTest {
  private static final int ADDED = 50_000;

  @Test
  void runsThatAreAllOfOneSize() {
    assertBounded(i -> 4_000);
  }

  @Test
  void runsOfAnySize() {
    Random random = new Random(1);
    assertBounded(i -> 350 + (long) (1e5 * Math.pow(random.nextDouble(), 8)));
  }

  @Test
  void aLargeFirstBackupAndManySmallOnes() {
    assertBounded(i -> i == 0 ? 1_000_000_000L : 2_000);
  }

  @Test
  void runsThatShrink() {
    assertBounded(i -> (1 + Long.MAX_VALUE / ADDED / 64) >>> Math.min(40, i % 70));
  }

  @Test
  void fewRunsStayAsTheyAre() {
    assertThat(MergePolicy.smallest(new long[] {})).isZero();
    assertThat(MergePolicy.smallest(new long[] {5})).isZero();
    assertThat(MergePolicy.smallest(new long[] {5, 6, 12, 24})).isZero();
    assertThat(MergePolicy.smallest(new long[] {5, 5, 11, 24})).isEqualTo(2);
    assertThat(MergePolicy.smallest(new long[] {5, 6, 11, 24})).isEqualTo(3);
  }

  /** Adds one run after the other: how many there are, and how many bytes are written again. */
  private static void assertBounded(IntToLongFunction sizes) {
    long[] runs = {};
    double total = 0;
    double rewritten = 0;
    long smallestSize = Long.MAX_VALUE;
    for (int i = 0; i < ADDED; i++) {
      long size = sizes.applyAsLong(i);
      total += size;
      smallestSize = Math.min(smallestSize, size);
      runs = Arrays.copyOf(runs, runs.length + 1);
      runs[runs.length - 1] = size;
      Arrays.sort(runs);
      for (int merge = MergePolicy.smallest(runs); merge > 0; merge = MergePolicy.smallest(runs)) {
        long merged = Arrays.stream(runs, 0, merge).sum();
        rewritten += merged;
        runs = Arrays.copyOfRange(runs, merge - 1, runs.length);
        runs[0] = merged;
        Arrays.sort(runs);
      }
      assertThat(runs.length).isLessThanOrEqualTo(MergePolicy.MAX_RUNS);
    }
    double doublings = Math.log(total / smallestSize) / Math.log(2);
    assertThat(rewritten / total).isLessThanOrEqualTo(doublings);
    assertThat((double) Arrays.stream(runs).sum()).isEqualTo(total);
  }
}
