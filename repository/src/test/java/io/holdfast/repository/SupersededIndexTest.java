package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an index object says that another replaces counts no more, however the index is loaded. */
class SupersededIndexTest {
  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final Random random = new Random(1);
  private final FixedKeys keys = new FixedKeys(1);
  private final IndexObjects objects = new IndexObjects(store, keys, random);
  private final ChunkId old = id();
  private final ChunkId kept = id();
  private final ChunkId replacing = id();

  private ChunkId id() {
    byte[] bytes = new byte[ChunkId.LENGTH];
    random.nextBytes(bytes);
    return ChunkId.of(bytes);
  }

  private PackSummary pack(ChunkId chunk) {
    byte[] name = new byte[PackName.LENGTH];
    random.nextBytes(name);
    return new PackSummary(
        new PackName(name),
        4096,
        PackKind.DATA,
        RandomId.next(random),
        RandomId.next(random),
        new PackDirectory(
            DomainId.DEFAULT,
            List.of(new BlockDescriptor(0, 0, 10, 26)),
            List.of(new PlacedChunk(chunk, ChunkKind.BYTES, 0, 0, 10))));
  }

  @Test
  void inAnEmptyCache() {
    replaceOne();
    assertOnlyTheNewCounts(load("a"));
  }

  @Test
  void inAnIndexThatIsOpen() {
    String first = objects.write(List.of(pack(old)));
    objects.write(List.of(pack(kept)));
    ChunkIndex index = load("a");
    assertThat(index.find(old)).isNotNull();
    objects.write(List.of(pack(replacing)), Set.of(first));
    index.refresh();
    assertOnlyTheNewCounts(index);
  }

  @Test
  void inACacheThatHoldsBothAndWhenTheOldOneIsGone() {
    String first = objects.write(List.of(pack(old)));
    for (int i = 0; i < 20; i++) {
      objects.write(List.of(pack(i == 9 ? kept : id())));
    }
    load("a").close();
    objects.write(List.of(pack(replacing)), Set.of(first));
    for (int i = 0; i < 3; i++) {
      assertOnlyTheNewCounts(load("a"));
    }
    store.delete(ObjectName.of(IndexObjects.PREFIX + first));
    assertOnlyTheNewCounts(load("a"));
    assertOnlyTheNewCounts(load("b"));
  }

  private void replaceOne() {
    String first = objects.write(List.of(pack(old)));
    objects.write(List.of(pack(kept)));
    objects.write(List.of(pack(replacing)), Set.of(first));
  }

  private ChunkIndex load(String cache) {
    return ChunkIndex.load(new IndexCache(directory.resolve(cache)), objects, new DamageNotes());
  }

  private void assertOnlyTheNewCounts(ChunkIndex index) {
    try (index) {
      assertThat(index.find(replacing)).isNotNull();
      assertThat(index.find(kept)).isNotNull();
      assertThat(index.find(old)).isNull();
    }
  }
}
