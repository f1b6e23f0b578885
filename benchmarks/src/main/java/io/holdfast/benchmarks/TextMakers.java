package io.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.SplittableRandom;

/** What people and programs write: prose, program text, logs, JSON. */
final class TextMakers {
  private static final Vocabulary WORDS = new Vocabulary();
  private static final byte[][] LEVELS = ascii(" INFO  ", " INFO  ", " DEBUG ", " WARN  ");
  private static final byte[][] VERBS = ascii("GET ", "GET ", "GET ", "POST ", "PUT ", "DELETE ");
  private static final byte[][] STATEMENTS =
      ascii("return ", "if (", "final var ", "for (int i = 0; i < ", "this.", "throw new ", "int ");
  private static final byte[] MEMBER = bytes("\":\"");
  private static final byte[] NEXT_MEMBER = bytes("\",\"");
  private static final byte[] REQUEST = bytes(" request=");
  private static final byte[] MILLISECONDS = bytes(" ms, status 200\n");
  private static final byte[] CALL = bytes("(value, ");

  private static final byte[][] PHRASES = phrases();

  private TextMakers() {}

  /** Sentences and paragraphs. */
  static void prose(byte[] block, int length, SplittableRandom random) {
    BlockText text = new BlockText(block, length);
    while (!text.isFull()) {
      for (int parts = 2 + random.nextInt(9); parts > 0; parts--) {
        text.add(random.nextInt(3) == 0 ? pick(PHRASES, random) : WORDS.next(random)).add(' ');
      }
      text.add('.').add(random.nextInt(5) == 0 ? '\n' : ' ');
    }
  }

  /** Indented statements. */
  static void source(byte[] block, int length, SplittableRandom random) {
    BlockText text = new BlockText(block, length);
    int depth = 1;
    while (!text.isFull()) {
      for (int i = 0; i < depth; i++) {
        text.add(' ').add(' ');
      }
      text.add(pick(STATEMENTS, random)).add(WORDS.next(random)).add('.');
      text.add(WORDS.next(random)).add(CALL).add(WORDS.next(random)).add(')');
      int turn = random.nextInt(6);
      text.add(turn == 0 ? '{' : turn == 1 ? '}' : ';').add('\n');
      depth = Math.clamp(depth + (turn == 0 ? 1 : turn == 1 ? -1 : 0), 1, 5);
    }
  }

  /** Lines with a time, a level, an id and a message. */
  static void log(byte[] block, int length, SplittableRandom random) {
    BlockText text = new BlockText(block, length);
    long millis = 1_760_000_000_000L + random.nextInt(1_000_000_000);
    while (!text.isFull()) {
      millis += random.nextInt(400);
      text.decimal(millis).add(pick(LEVELS, random)).add(WORDS.next(random)).add('.');
      text.add(WORDS.next(random)).add(REQUEST).hex(random.nextLong(), 12).add(' ');
      text.add(pick(VERBS, random)).add('/').add(WORDS.next(random)).add('/');
      text.decimal(random.nextInt(90_000)).add(' ').decimal(random.nextInt(300)).add(MILLISECONDS);
    }
  }

  /** One object a line. */
  static void json(byte[] block, int length, SplittableRandom random) {
    BlockText text = new BlockText(block, length);
    byte[][] names = words(6, random);
    byte[][] values = words(40, random);
    while (!text.isFull()) {
      text.add('{').add('"').add(names[0]).add(MEMBER).hex(random.nextLong(), 12);
      for (int i = 1; i < names.length; i++) {
        text.add(NEXT_MEMBER).add(names[i]).add(MEMBER).add(pick(values, random)).add(' ');
        text.add(i == 3 ? WORDS.next(random) : pick(values, random));
      }
      text.add('"').add('}').add('\n');
    }
  }

  private static byte[][] words(int count, SplittableRandom random) {
    byte[][] words = new byte[count][];
    for (int i = 0; i < count; i++) {
      words[i] = WORDS.next(random);
    }
    return words;
  }

  /** What people write again and again. */
  private static byte[][] phrases() {
    SplittableRandom random = new SplittableRandom(7);
    byte[][] phrases = new byte[1500][];
    for (int i = 0; i < phrases.length; i++) {
      byte[] phrase = new byte[64];
      BlockText text = new BlockText(phrase, phrase.length);
      for (byte[] word : words(3 + random.nextInt(5), random)) {
        text.add(word).add(' ');
      }
      phrases[i] = Arrays.copyOf(phrase, text.length());
    }
    return phrases;
  }

  private static byte[] pick(byte[][] choices, SplittableRandom random) {
    return choices[random.nextInt(choices.length)];
  }

  private static byte[] bytes(String ascii) {
    return ascii.getBytes(US_ASCII);
  }

  private static byte[][] ascii(String... texts) {
    byte[][] all = new byte[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      all[i] = bytes(texts[i]);
    }
    return all;
  }
}
