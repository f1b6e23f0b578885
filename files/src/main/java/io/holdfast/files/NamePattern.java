package io.holdfast.files;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A pattern for one name: {@code *} any bytes, {@code ?} one byte, {@code [a-z]} one of a set,
 * {@code [!a-z]} none of it, backslash takes the next byte as it is. Matching takes at most the
 * product of both lengths, whatever the pattern.
 */
final class NamePattern {
  /** One byte out of a set, or any number of any bytes. */
  private record Step(boolean isStar, BitSet bytes) {
    static final Step STAR = new Step(true, new BitSet(0));

    boolean takes(byte b) {
      return !isStar && bytes.get(b & 0xff);
    }
  }

  private final List<Step> steps;

  private NamePattern(List<Step> steps) {
    this.steps = steps;
  }

  /**
   * @throws IllegalArgumentException if a set is not closed or the pattern ends in a backslash
   */
  static NamePattern compile(byte[] pattern) {
    List<Step> steps = new ArrayList<>();
    int i = 0;
    while (i < pattern.length) {
      switch (pattern[i]) {
        case '*' -> {
          if (steps.isEmpty() || !steps.getLast().isStar()) {
            steps.add(Step.STAR);
          }
          i++;
        }
        case '?' -> {
          steps.add(new Step(false, range(0, 255)));
          i++;
        }
        case '[' -> {
          int end = endOfSet(pattern, i);
          steps.add(new Step(false, set(pattern, i + 1, end)));
          i = end + 1;
        }
        default -> {
          i = afterEscape(pattern, i);
          steps.add(new Step(false, range(pattern[i] & 0xff, pattern[i] & 0xff)));
          i++;
        }
      }
    }
    return new NamePattern(steps);
  }

  private static int afterEscape(byte[] pattern, int at) {
    if (pattern[at] != '\\') {
      return at;
    }
    if (at + 1 == pattern.length) {
      throw new IllegalArgumentException("ends in a backslash");
    }
    return at + 1;
  }

  /** The closing bracket: the first "]" that is neither escaped nor the first of the set. */
  private static int endOfSet(byte[] pattern, int start) {
    int i = start + 1;
    if (i < pattern.length && isNegation(pattern[i])) {
      i++;
    }
    for (boolean first = true; i < pattern.length; first = false, i++) {
      i = afterEscape(pattern, i);
      if (pattern[i] == ']' && !first && pattern[i - 1] != '\\') {
        return i;
      }
    }
    throw new IllegalArgumentException("has a '[' that is not closed");
  }

  private static boolean isNegation(byte b) {
    return b == '!' || b == '^';
  }

  private static BitSet set(byte[] pattern, int from, int to) {
    BitSet set = new BitSet(256);
    boolean negated = isNegation(pattern[from]);
    int i = negated ? from + 1 : from;
    while (i < to) {
      i = afterEscape(pattern, i);
      int low = pattern[i] & 0xff;
      int high = low;
      i++;
      if (i + 1 < to && pattern[i] == '-') {
        i = afterEscape(pattern, i + 1);
        high = pattern[i] & 0xff;
        i++;
      }
      if (low <= high) {
        set.set(low, high + 1);
      }
    }
    if (negated) {
      set.flip(0, 256);
    }
    return set;
  }

  private static BitSet range(int low, int high) {
    BitSet set = new BitSet(256);
    set.set(low, high + 1);
    return set;
  }

  /** Whether the whole name matches. Only the last star met has to be remembered. */
  boolean matches(byte[] name) {
    int step = 0;
    int at = 0;
    int starStep = -1;
    int starAt = 0;
    while (at < name.length) {
      if (step < steps.size() && steps.get(step).isStar()) {
        starStep = step++;
        starAt = at;
      } else if (step < steps.size() && steps.get(step).takes(name[at])) {
        step++;
        at++;
      } else if (starStep >= 0) {
        step = starStep + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    while (step < steps.size() && steps.get(step).isStar()) {
      step++;
    }
    return step == steps.size();
  }
}
