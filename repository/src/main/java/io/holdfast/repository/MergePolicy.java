package io.holdfast.repository;

import java.util.Comparator;
import java.util.List;

/**
 * Decides which runs to merge. As soon as the smaller ones together are as large as the next, all
 * of them become one. So each run is larger than all smaller ones together: there are no more than
 * the size of the index has doublings. And each time an entry is written again, the run that it is
 * in is at least twice as large as before: that happens to it no oftener than there are doublings,
 * however many index objects there are, and the large runs are left alone for long.
 */
final class MergePolicy {
  /**
   * More runs than this are merged in any case: each costs every look-up a search. Only tiny ones
   * are, the smallest of so many has less than 1/30000 of the whole.
   */
  static final int MAX_RUNS = 16;

  private MergePolicy() {}

  /** The runs to make one of; none when all may stay as they are. */
  static List<IndexRun> choose(List<IndexRun> runs) {
    List<IndexRun> ascending =
        runs.stream().sorted(Comparator.comparingLong(IndexRun::bytes)).toList();
    long[] sizes = ascending.stream().mapToLong(IndexRun::bytes).toArray();
    return ascending.subList(0, smallest(sizes));
  }

  /**
   * How many of the smallest to merge.
   *
   * @param sizes in ascending order
   */
  static int smallest(long[] sizes) {
    int merged = sizes.length > MAX_RUNS ? sizes.length - MAX_RUNS + 1 : 0;
    long smaller = 0;
    for (int i = 0; i < sizes.length; i++) {
      if (i > 0 && sizes[i] <= smaller) {
        merged = Math.max(merged, i + 1);
      }
      smaller += sizes[i];
    }
    return merged;
  }
}
