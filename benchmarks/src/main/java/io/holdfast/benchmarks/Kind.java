package io.holdfast.benchmarks;

import java.util.SplittableRandom;

/** What a file holds. Its name ends in the kind's suffix, so that a change can go on with it. */
public enum Kind {
  PROSE("txt"),
  SOURCE("java"),
  LOG("log"),
  JSON("json"),
  PROGRAM("so"),
  PAGES("db"),
  RANDOM("jpg");

  private static final int SMALL = 16 << 10;

  private final String suffix;

  Kind(String suffix) {
    this.suffix = suffix;
  }

  String suffix() {
    return suffix;
  }

  /** Fills the block from 0 to {@code length}, the same for the same random numbers. */
  void fill(byte[] block, int length, SplittableRandom random) {
    switch (this) {
      case PROSE -> TextMakers.prose(block, length, random);
      case SOURCE -> TextMakers.source(block, length, random);
      case LOG -> TextMakers.log(block, length, random);
      case JSON -> TextMakers.json(block, length, random);
      case PROGRAM -> BinaryMakers.program(block, length, random);
      case PAGES -> BinaryMakers.pages(block, length, random);
      case RANDOM -> BinaryMakers.random(block, length, random);
    }
  }

  /** That many bytes of this kind. */
  public byte[] sample(int length, long seed) {
    byte[] bytes = new byte[length];
    fill(bytes, length, new SplittableRandom(seed));
    return bytes;
  }

  /** The kind of a file that has this name. */
  static Kind ofName(String name) {
    for (Kind kind : values()) {
      if (name.endsWith("." + kind.suffix)) {
        return kind;
      }
    }
    return RANDOM;
  }

  /** Draws the kind of a file: small ones are mostly text. */
  static Kind draw(long size, SplittableRandom random) {
    int percent = random.nextInt(100);
    if (size < SMALL) {
      return percent < 35
          ? SOURCE
          : percent < 60
              ? PROSE
              : percent < 75 ? JSON : percent < 85 ? LOG : percent < 93 ? RANDOM : PROGRAM;
    }
    return percent < 8
        ? SOURCE
        : percent < 16
            ? PROSE
            : percent < 28
                ? LOG
                : percent < 40 ? JSON : percent < 70 ? PROGRAM : percent < 92 ? PAGES : RANDOM;
  }
}
