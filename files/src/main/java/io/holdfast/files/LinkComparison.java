package io.holdfast.files;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;

/**
 * Checks that paths are names of one file in one tree exactly where they are in the other. Sorts
 * all of them by the file in either tree: neighbours with the same file on one side must have the
 * same file on the other. Of one thread.
 */
final class LinkComparison implements AutoCloseable {
  private static final int ID = 2 * Long.BYTES;

  private final ExternalSort byExpected;
  private final ExternalSort byActual;

  LinkComparison(Path spool, int limit) {
    byExpected = new ExternalSort(spool, limit);
    byActual = new ExternalSort(spool, limit);
  }

  void add(BytePath path, FileStatus expected, FileStatus actual) throws IOException {
    if (expected.links() > 1 || actual.links() > 1) {
      byExpected.add(record(expected, actual, path));
      byActual.add(record(actual, expected, path));
    }
  }

  private static byte[] record(FileStatus by, FileStatus other, BytePath path) {
    return ByteBuffer.allocate(2 * ID + path.length())
        .putLong(by.device())
        .putLong(by.inode())
        .putLong(other.device())
        .putLong(other.inode())
        .put(path.bytes())
        .array();
  }

  void report(TreeDifferences differences) throws IOException {
    report(byExpected.sorted(), differences, "is linked to another path in the expected tree only");
    report(byActual.sorted(), differences, "is linked to another path in the actual tree only");
  }

  private static void report(Iterator<byte[]> sorted, TreeDifferences differences, String detail) {
    byte[] before = new byte[2 * ID];
    while (sorted.hasNext()) {
      byte[] record = sorted.next();
      boolean sameFile = Arrays.equals(record, 0, ID, before, 0, ID);
      boolean sameOther = Arrays.equals(record, ID, 2 * ID, before, ID, 2 * ID);
      if (sameFile && !sameOther) {
        BytePath path = BytePath.of(record, 2 * ID, record.length - 2 * ID);
        differences.add(path, TreeDifference.Aspect.HARD_LINKS, detail);
      }
      before = record;
    }
  }

  @Override
  public void close() throws IOException {
    byExpected.close();
    byActual.close();
  }
}
