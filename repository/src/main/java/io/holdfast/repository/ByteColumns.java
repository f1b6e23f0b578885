package io.holdfast.repository;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * Rows of a few bytes each that are written, and read again, as columns: the first byte of each
 * row, then the second of each, and so on. Squares of eight rows and eight columns are turned at
 * once, in eight words. For one thread.
 */
final class ByteColumns {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long HALVES = 0x0000_0000_FFFF_FFFFL;
  private static final long QUARTERS = 0x0000_FFFF_0000_FFFFL;
  private static final long EIGHTHS = 0x00FF_00FF_00FF_00FFL;
  private static final int NONE = -1;

  private final int width;
  private final int wordsPerRow;

  /** Where in a row the byte is that is kept as a difference: which word, and which bits of it. */
  private final int countingWord;

  private final int countingShift;

  /** Little-endian; what lies beyond the width means nothing. */
  private long[] words = new long[0];

  private final long[] square = new long[8];
  private int count;
  private int next;
  private long last;

  private ByteColumns(int width, int counting) {
    this.width = width;
    this.wordsPerRow = (width + 7) / 8;
    this.countingWord = counting == NONE ? NONE : counting / 8;
    this.countingShift = counting == NONE ? 0 : 8 * (counting % 8);
  }

  /** Of rows of so many bytes. */
  static ByteColumns of(int width) {
    return new ByteColumns(width, NONE);
  }

  /**
   * Of rows in which one byte counts up: what is written of it is how much it grew from row to row,
   * modulo 256.
   *
   * @param counting its number
   */
  static ByteColumns counting(int width, int counting) {
    return new ByteColumns(width, counting);
  }

  void clear() {
    count = 0;
    next = 0;
    last = 0;
  }

  /** How many rows there are. */
  int count() {
    return count;
  }

  /** Bytes of all columns. */
  int bytes() {
    return count * width;
  }

  /**
   * Adds a row.
   *
   * @param at where it starts; from there on there are whole words of eight bytes
   */
  void add(byte[] bytes, int at) {
    int word = newRow();
    for (int i = 0; i < wordsPerRow; i++) {
      words[word + i] = (long) LONGS.get(bytes, at + 8 * i);
    }
    if (countingWord != NONE) {
      int counting = word + countingWord;
      long value = (words[counting] >>> countingShift) & 0xFF;
      setCounting(counting, value - last);
      last = value;
    }
  }

  /** Adds a row of at most eight bytes, the first one lowest; none of them counts. */
  void add(long row) {
    int word = newRow();
    words[word] = row;
  }

  private int newRow() {
    int word = count++ * wordsPerRow;
    if (word + wordsPerRow > words.length) {
      words = Arrays.copyOf(words, Math.max(1024, 2 * words.length));
    }
    return word;
  }

  private void setCounting(int word, long value) {
    words[word] = (words[word] & ~(0xFFL << countingShift)) | ((value & 0xFF) << countingShift);
  }

  /** Writes the columns, and returns where they end. */
  int write(byte[] out, int to) {
    for (int word = 0; word < wordsPerRow; word++) {
      int columns = Math.min(8, width - 8 * word);
      int column = to + (8 * word * count);
      int row = 0;
      for (; row + 8 <= count; row += 8) {
        for (int i = 0; i < 8; i++) {
          square[i] = words[(row + i) * wordsPerRow + word];
        }
        turn(square);
        for (int i = 0; i < columns; i++) {
          LONGS.set(out, column + i * count + row, square[i]);
        }
      }
      for (; row < count; row++) {
        long bytes = words[row * wordsPerRow + word];
        for (int i = 0; i < columns; i++) {
          out[column + i * count + row] = (byte) (bytes >>> (8 * i));
        }
      }
    }
    return to + bytes();
  }

  /**
   * Reads the columns of so many rows, which replace all that there were.
   *
   * @return where they end
   */
  int read(byte[] in, int from, int rows) {
    clear();
    Objects.checkFromIndexSize(from, rows * width, in.length);
    count = rows;
    if (words.length < rows * wordsPerRow) {
      words = new long[rows * wordsPerRow * 5 / 4];
    }
    for (int word = 0; word < wordsPerRow; word++) {
      int columns = Math.min(8, width - 8 * word);
      int column = from + 8 * word * count;
      int row = 0;
      for (; row + 8 <= count; row += 8) {
        for (int i = 0; i < 8; i++) {
          square[i] = i < columns ? (long) LONGS.get(in, column + i * count + row) : 0;
        }
        turn(square);
        for (int i = 0; i < 8; i++) {
          words[(row + i) * wordsPerRow + word] = square[i];
        }
      }
      for (; row < count; row++) {
        long bytes = 0;
        for (int i = 0; i < columns; i++) {
          bytes |= Byte.toUnsignedLong(in[column + i * count + row]) << (8 * i);
        }
        words[row * wordsPerRow + word] = bytes;
      }
    }
    return from + bytes();
  }

  /** Takes the next row, of at most eight bytes, the first one lowest; none of them counts. */
  long take() {
    return words[next++ * wordsPerRow];
  }

  /** Takes the next row, of eight bytes or more, and writes it and nothing beyond it. */
  void take(byte[] out, int at) {
    int word = next++ * wordsPerRow;
    if (countingWord != NONE) {
      int counting = word + countingWord;
      last += words[counting] >>> countingShift;
      setCounting(counting, last);
    }
    int whole = width / 8;
    for (int i = 0; i < whole; i++) {
      LONGS.set(out, at + 8 * i, words[word + i]);
    }
    int bits = 8 * (width % 8);
    if (bits > 0) {
      long end = (words[word + whole - 1] >>> bits) | (words[word + whole] << (64 - bits));
      LONGS.set(out, at + width - 8, end);
    }
  }

  /** Makes rows of columns in a square of eight by eight bytes, by ever smaller parts. */
  private static void turn(long[] square) {
    for (int i = 0; i < 4; i++) {
      exchange(square, i, i + 4, 32, HALVES);
    }
    for (int i = 0; i < 4; i++) {
      int first = i < 2 ? i : i + 2;
      exchange(square, first, first + 2, 16, QUARTERS);
    }
    for (int i = 0; i < 8; i += 2) {
      exchange(square, i, i + 1, 8, EIGHTHS);
    }
  }

  private static void exchange(long[] square, int one, int other, int bits, long mask) {
    long change = ((square[one] >>> bits) ^ square[other]) & mask;
    square[one] ^= change << bits;
    square[other] ^= change;
  }
}
