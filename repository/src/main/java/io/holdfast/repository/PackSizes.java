package io.holdfast.repository;

import io.holdfast.storage.ObjectStat;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Packs that must be there, with their sizes, to be ticked off while the storage is listed. One
 * array of sorted rows: 36 bytes and a bit for each pack, also while it is made.
 */
final class PackSizes {
  private static final int ROW = PackName.LENGTH + Integer.BYTES;

  private final byte[] rows;
  private final ByteBuffer sizes;
  private final int count;
  private final BitSet found;

  private PackSizes(byte[] rows) {
    this.rows = rows;
    this.sizes = ByteBuffer.wrap(rows);
    this.count = rows.length / ROW;
    this.found = new BitSet(count);
  }

  static PackSizes of(ReferencedPacks referenced) {
    PackSizes packs = new PackSizes(new byte[Math.multiplyExact(referenced.count(), ROW)]);
    int[] next = {0};
    referenced.forEach(
        pack -> {
          int at = next[0];
          next[0] += ROW;
          pack.readName(packs.rows, at);
          packs.sizes.putInt(at + PackName.LENGTH, pack.size());
        });
    packs.sort();
    return packs;
  }

  /** Heapsort: in place, and no order of the packs makes it slow. */
  private void sort() {
    byte[] spare = new byte[ROW];
    for (int root = count / 2 - 1; root >= 0; root--) {
      sink(root, count, spare);
    }
    for (int end = count - 1; end > 0; end--) {
      swap(0, end, spare);
      sink(0, end, spare);
    }
  }

  private void sink(int from, int end, byte[] spare) {
    int parent = from;
    for (int child = 2 * parent + 1; child < end; child = 2 * parent + 1) {
      if (child + 1 < end && compare(child, child + 1) < 0) {
        child++;
      }
      if (compare(parent, child) >= 0) {
        return;
      }
      swap(parent, child, spare);
      parent = child;
    }
  }

  private void swap(int a, int b, byte[] spare) {
    System.arraycopy(rows, a * ROW, spare, 0, ROW);
    System.arraycopy(rows, b * ROW, rows, a * ROW, ROW);
    System.arraycopy(spare, 0, rows, b * ROW, ROW);
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(rows, a * ROW, (a + 1) * ROW, rows, b * ROW, (b + 1) * ROW);
  }

  private int compare(int row, byte[] name) {
    return Arrays.compareUnsigned(
        rows, row * ROW, row * ROW + PackName.LENGTH, name, 0, PackName.LENGTH);
  }

  /** Ticks a listed pack off; false when it is not one of them. */
  boolean found(ObjectStat object) {
    byte[] name = PackName.ofObject(object.name()).rawBytes();
    int first = firstNotBefore(name);
    boolean known = false;
    // The same pack may be known from several index objects.
    for (int row = first; row < count && compare(row, name) == 0; row++) {
      known = true;
      found.set(row);
      int size = sizes.getInt(row * ROW + PackName.LENGTH);
      if (object.size() != size) {
        throw new CorruptObjectException(
            object.name().value(),
            "it has " + object.size() + " bytes where the index says " + size);
      }
    }
    return known;
  }

  private int firstNotBefore(byte[] name) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(middle, name) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  void requireAllFound() {
    int missing = found.nextClearBit(0);
    if (missing < count) {
      int at = missing * ROW;
      PackName name = new PackName(Arrays.copyOfRange(rows, at, at + PackName.LENGTH));
      throw new CorruptObjectException(
          name.object().value(), "it is missing, and the backup needs it");
    }
  }
}
