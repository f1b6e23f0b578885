package io.holdfast.repository;

import io.holdfast.storage.LocalDirectoryStore;
import io.holdfast.storage.ObjectStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;

/**
 * A process that works with an index cache as backups do, one after the other: loads it, looks up,
 * writes index objects and adds them. Arguments: directory of the store, directory of the cache, a
 * number of its own, how many backups.
 */
final class UseIndexCache {
  private UseIndexCache() {}

  public static void main(String[] args) {
    try (ObjectStore store = LocalDirectoryStore.open(Path.of(args[0]))) {
      run(
          store,
          Path.of(args[1]),
          Long.parseLong(args[2]),
          Integer.parseInt(args[3]),
          System.out::println);
    }
  }

  static void run(ObjectStore store, Path cache, long seed, int backups, IntConsumer done) {
    Random random = new Random(seed);
    IndexObjects objects = new IndexObjects(store, new FixedKeys(1), random);
    List<ChunkId> known = new ArrayList<>();
    for (int backup = 0; backup < backups; backup++) {
      try (ChunkIndex index = ChunkIndex.load(new IndexCache(cache), objects, new DamageNotes())) {
        requireAll(index, known);
        for (int i = 0; i < 4; i++) {
          PackSummary pack = SampleIndex.pack(random, 40);
          index.add(objects.write(List.of(pack)), List.of(pack));
          pack.directory().chunks().forEach(chunk -> known.add(chunk.id()));
        }
        index.refresh();
        requireAll(index, known);
      }
      done.accept(backup);
    }
  }

  private static void requireAll(ChunkIndex index, List<ChunkId> known) {
    for (ChunkId id : known) {
      if (index.find(id) == null) {
        throw new IllegalStateException("chunk " + id + " is not found");
      }
    }
  }
}
