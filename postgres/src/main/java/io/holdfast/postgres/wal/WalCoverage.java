package io.holdfast.postgres.wal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which bytes of a timeline's WAL there are, told segment by segment and part by part in any order.
 * A segment takes a bit of memory, and parts as much as they have gaps between them. For one
 * thread.
 */
public final class WalCoverage {
  private static final int SEGMENTS_TOGETHER = 1 << 16;
  private static final int PARTS_BEFORE_MERGE = 1024;

  private final int segmentSize;
  private final Map<Long, BitSet> segments = new TreeMap<>();
  private final NavigableSet<Long> leftOut = new TreeSet<>();
  private List<LsnRange> parts = new ArrayList<>();
  private int mergeAt = PARTS_BEFORE_MERGE;

  /** Nothing yet. */
  public WalCoverage(int segmentSize) {
    WalSegmentName.checkSegmentSize(segmentSize);
    this.segmentSize = segmentSize;
  }

  /**
   * There is a whole segment.
   *
   * @return whether that was not told before
   */
  public boolean addSegment(long number) {
    BitSet there =
        segments.computeIfAbsent(number / SEGMENTS_TOGETHER, key -> new BitSet(SEGMENTS_TOGETHER));
    int at = (int) (number % SEGMENTS_TOGETHER);
    boolean isNew = !there.get(at);
    there.set(at);
    return isNew;
  }

  /** Whatever else is told, nothing of this segment counts. */
  public void leaveOut(long number) {
    leftOut.add(number);
  }

  /** There are these bytes. */
  public void add(LsnRange range) {
    parts.add(range);
    if (parts.size() >= mergeAt) {
      parts = merged(parts);
      mergeAt = parts.size() + Math.max(PARTS_BEFORE_MERGE, parts.size());
    }
  }

  /** All bytes that there are, in order, in as few ranges as there can be. */
  public List<LsnRange> ranges() {
    List<LsnRange> all = new ArrayList<>(parts);
    segments.forEach(
        (key, there) -> {
          int to;
          for (int from = there.nextSetBit(0); from >= 0; from = there.nextSetBit(to)) {
            to = there.nextClearBit(from);
            long first = key * SEGMENTS_TOGETHER;
            all.add(new LsnRange(start(first + from), start(first + to)));
          }
        });
    List<LsnRange> there = merged(all);
    for (long number : leftOut) {
      there = without(there, new LsnRange(start(number), start(number + 1)));
    }
    return there;
  }

  private static List<LsnRange> without(List<LsnRange> ranges, LsnRange out) {
    List<LsnRange> left = new ArrayList<>();
    for (LsnRange range : ranges) {
      if (!out.from().isBefore(range.to()) || !range.from().isBefore(out.to())) {
        left.add(range);
        continue;
      }
      if (range.from().isBefore(out.from())) {
        left.add(new LsnRange(range.from(), out.from()));
      }
      if (out.to().isBefore(range.to())) {
        left.add(new LsnRange(out.to(), range.to()));
      }
    }
    return left;
  }

  private Lsn start(long segment) {
    return new Lsn(segment * segmentSize);
  }

  /** The same bytes in as few ranges as there can be. */
  static List<LsnRange> merged(List<LsnRange> ranges) {
    List<LsnRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparing(LsnRange::from));
    List<LsnRange> merged = new ArrayList<>();
    for (LsnRange next : sorted) {
      LsnRange last = merged.isEmpty() ? null : merged.getLast();
      if (last == null || last.to().isBefore(next.from())) {
        merged.add(next);
      } else if (last.to().isBefore(next.to())) {
        merged.set(merged.size() - 1, new LsnRange(last.from(), next.to()));
      }
    }
    return merged;
  }
}
