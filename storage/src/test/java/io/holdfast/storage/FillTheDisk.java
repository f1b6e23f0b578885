package io.holdfast.storage;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Runs in a mount namespace of its own with a small tmpfs: fills a store there until the disk is
 * full and checks that nothing that was stored suffers. Exit status 0 when all is well.
 */
final class FillTheDisk {
  private static final int SIZE = 100_000;

  private FillTheDisk() {}

  public static void main(String[] args) {
    ObjectStore store = LocalDirectoryStore.create(Path.of(args[0], "store"));
    int stored = 0;
    boolean full = false;
    while (!full) {
      try {
        store.put(name(stored), ByteBuffer.wrap(content(stored)));
        stored++;
      } catch (StorageFullException e) {
        System.out.println(e.getMessage());
        full = true;
      }
    }
    require(stored > 5 && stored < 40, "stored " + stored);
    require(store.stat(name(stored)).isEmpty(), "the object that did not fit is there");
    for (int i = 0; i < stored; i++) {
      require(Arrays.equals(store.get(name(i)), content(i)), "object " + i + " changed");
    }
    store.delete(name(0));
    store.put(name(stored), ByteBuffer.wrap(content(stored)));
    require(Arrays.equals(store.get(name(stored)), content(stored)), "no room after a delete");
    System.out.println("well after " + stored);
  }

  private static ObjectName name(int i) {
    return ObjectName.of("packs/" + i % 3 + "/" + i);
  }

  private static byte[] content(int i) {
    byte[] content = new byte[SIZE];
    Arrays.fill(content, (byte) i);
    return content;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
