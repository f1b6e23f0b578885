package io.holdfast.repository;

import io.holdfast.storage.ObjectStat;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.function.Consumer;

/**
 * Packs that must be there, with their sizes, to be ticked off while the storage is listed. Sorted
 * arrays: 36 bytes a pack.
 */
final class PackSizes {
  private final byte[][] names;
  private final int[] sizes;
  private final BitSet found = new BitSet();

  private PackSizes(byte[][] names, int[] sizes) {
    this.names = names;
    this.sizes = sizes;
  }

  static PackSizes of(ReferencedPacks referenced) {
    record Row(PackName name, int size) {}
    Row[] rows = new Row[referenced.count()];
    int[] next = {0};
    referenced.forEach(pack -> rows[next[0]++] = new Row(pack.name(), pack.size()));
    Arrays.sort(rows, Comparator.comparing(Row::name));
    byte[][] names = new byte[rows.length][];
    int[] sizes = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      names[i] = rows[i].name().rawBytes();
      sizes[i] = rows[i].size();
    }
    return new PackSizes(names, sizes);
  }

  /** Ticks a listed pack off; false when it is not one of them. */
  boolean found(ObjectStat object) {
    PackName pack = PackName.ofObject(object.name());
    byte[] name = pack == null ? new byte[0] : pack.rawBytes();
    int at = Arrays.binarySearch(names, name, Arrays::compareUnsigned);
    if (at < 0) {
      return false;
    }
    // The same pack may be known from several index objects.
    while (at > 0 && Arrays.equals(names[at - 1], name)) {
      at--;
    }
    for (; at < names.length && Arrays.equals(names[at], name); at++) {
      found.set(at);
      if (object.size() != sizes[at]) {
        throw new CorruptObjectException(
            object.name().value(),
            "it has " + object.size() + " bytes where the index says " + sizes[at]);
      }
    }
    return true;
  }

  void forEachMissing(Consumer<PackName> action) {
    for (int at = found.nextClearBit(0); at < names.length; at = found.nextClearBit(at + 1)) {
      action.accept(new PackName(names[at]));
    }
  }

  void requireAllFound() {
    int missing = found.nextClearBit(0);
    if (missing < names.length) {
      throw new CorruptObjectException(
          new PackName(names[missing]).object().value(), "it is missing, and the backup needs it");
    }
  }
}
