package io.holdfast.benchmarks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** What machines write: programs, database pages, and what is compressed already. */
final class BinaryMakers {
  private static final int PATTERNS = 2048;
  private static final int PAGE = 8192;
  private static final int TUPLE = 128;
  private static final int PAGE_HEADER = 24;
  private static final int TUPLE_HEADER = 24;

  /** Instruction sequences that compilers repeat. */
  private static final byte[][] CODE = code();

  private BinaryMakers() {}

  /** Nothing in it can be compressed. */
  static void random(byte[] block, int length, SplittableRandom random) {
    ByteBuffer out = ByteBuffer.wrap(block, 0, length);
    while (out.remaining() >= Long.BYTES) {
      out.putLong(random.nextLong());
    }
    while (out.hasRemaining()) {
      out.put((byte) random.nextInt());
    }
  }

  /** Sections of code, tables of addresses, names, and some zeros, as an executable has them. */
  static void program(byte[] block, int length, SplittableRandom random) {
    int at = 0;
    while (at < length) {
      int section = Math.min(length - at, 4096 + random.nextInt(28_672));
      switch (random.nextInt(8)) {
        case 0 -> addresses(ByteBuffer.wrap(block, at, section), random);
        case 1 -> names(block, at, section, random);
        default -> instructions(ByteBuffer.wrap(block, at, section), random);
      }
      at += section;
    }
  }

  private static void instructions(ByteBuffer out, SplittableRandom random) {
    while (out.hasRemaining()) {
      // The power makes the first patterns the most frequent.
      double where = random.nextDouble();
      byte[] pattern = CODE[(int) (where * where * where * where * PATTERNS)];
      out.put(pattern, 0, Math.min(pattern.length, out.remaining()));
      for (int operand = random.nextInt(2); operand > 0 && out.hasRemaining(); operand--) {
        out.put((byte) random.nextInt());
      }
    }
  }

  private static void addresses(ByteBuffer out, SplittableRandom random) {
    out.order(ByteOrder.LITTLE_ENDIAN);
    long address = 0x0040_0000L + random.nextInt(1 << 20);
    while (out.remaining() >= Long.BYTES) {
      address += 16L * (1 + random.nextInt(64));
      out.putLong(address);
    }
    while (out.hasRemaining()) {
      out.put((byte) 0);
    }
  }

  private static void names(byte[] block, int at, int length, SplittableRandom random) {
    byte[] text = new byte[length];
    TextMakers.source(text, length, random);
    System.arraycopy(text, 0, block, at, length);
  }

  private static byte[][] code() {
    SplittableRandom random = new SplittableRandom(25);
    byte[][] patterns = new byte[PATTERNS][];
    for (int i = 0; i < PATTERNS; i++) {
      patterns[i] = new byte[6 + random.nextInt(13)];
      random(patterns[i], patterns[i].length, random);
    }
    return patterns;
  }

  /** Pages with a header, item pointers, a hole, and rows with a header each. */
  static void pages(byte[] block, int length, SplittableRandom random) {
    long id = random.nextInt(10_000_000);
    byte[] page = new byte[PAGE];
    for (int at = 0; at < length; at += PAGE) {
      int rows = 48 + random.nextInt(11);
      page(ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN), rows, id, random);
      id += rows;
      System.arraycopy(page, 0, block, at, Math.min(PAGE, length - at));
    }
  }

  private static void page(ByteBuffer page, int rows, long firstId, SplittableRandom random) {
    int lower = PAGE_HEADER + 4 * rows;
    int upper = PAGE - TUPLE * rows;
    page.clear();
    page.putLong(0x0000_0016_0000_0000L | random.nextInt()).putShort((short) random.nextInt());
    page.putShort((short) 0).putShort((short) lower).putShort((short) upper);
    page.putShort((short) PAGE).putShort((short) (PAGE | 4)).putInt(0);
    for (int row = 0; row < rows; row++) {
      page.putInt(PAGE - TUPLE * (row + 1) | 1 << 15 | TUPLE << 17);
    }
    page.put(new byte[upper - lower]);
    for (int row = rows - 1; row >= 0; row--) {
      tuple(page, row, firstId + row, random);
    }
  }

  private static void tuple(ByteBuffer page, int row, long id, SplittableRandom random) {
    int start = page.position();
    page.putInt(740 + random.nextInt(40)).putInt(0).putInt(0).putInt((int) (id >>> 6));
    page.putShort((short) (row + 1)).putShort((short) 4).putShort((short) 0x0902);
    page.put((byte) TUPLE_HEADER).put((byte) 0);
    page.putLong(id).putInt(random.nextInt(1000)).putInt(random.nextInt(50_000));
    page.putLong(800_000_000_000L + id * 1_000_000L);
    byte[] text = new byte[start + TUPLE - page.position()];
    TextMakers.prose(text, text.length - random.nextInt(text.length / 2), random);
    page.put(text);
  }
}
