package io.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.SplittableRandom;

/** Words, each as often as Zipf's law has it: the n-th word is n times rarer than the first. */
final class Vocabulary {
  private static final int WORDS = 30_000;
  private static final int SLOTS = 1 << 18;
  private static final String[] SYLLABLES = {
    "a", "al", "an", "ar", "ba", "be", "ca", "ce", "co", "con", "da", "de", "di", "do", "e", "en",
    "er", "es", "fa", "fi", "ga", "ge", "gra", "ha", "he", "i", "in", "is", "ka", "la", "le", "li",
    "lo", "ma", "me", "mi", "mo", "na", "ne", "no", "o", "on", "or", "pa", "pe", "pla", "po", "pre",
    "pro", "ra", "re", "ri", "ro", "sa", "se", "si", "so", "sta", "ste", "ta", "te", "ti", "tion",
    "to", "tra", "tu", "u", "un", "va", "ve", "vi", "vo", "wa", "we", "wi", "ze"
  };

  private final byte[][] words = new byte[WORDS][];
  private final int[] slots = new int[SLOTS];

  Vocabulary() {
    SplittableRandom random = new SplittableRandom(20_26);
    for (int i = 0; i < WORDS; i++) {
      words[i] = word(random, i).getBytes(US_ASCII);
    }
    fillSlots();
  }

  /** A word drawn by its frequency; not to be changed. */
  byte[] next(SplittableRandom random) {
    return words[slots[random.nextInt(SLOTS)]];
  }

  private static String word(SplittableRandom random, int rank) {
    int syllables = 1 + random.nextInt(rank < 200 ? 2 : 4);
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < syllables; i++) {
      word.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
    }
    return word.toString();
  }

  private void fillSlots() {
    double total = 0;
    for (int i = 1; i <= WORDS; i++) {
      total += 1.0 / i;
    }
    double reached = 0;
    int slot = 0;
    for (int i = 0; i < WORDS; i++) {
      reached += 1.0 / (i + 1);
      for (int end = (int) (reached / total * SLOTS); slot < end; slot++) {
        slots[slot] = i;
      }
    }
    for (; slot < SLOTS; slot++) {
      slots[slot] = WORDS - 1;
    }
  }
}
