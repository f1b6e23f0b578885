package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Years of small backups: what one costs does not grow with them. */
class ManyIndexObjectsTest {
  private static final int CHUNKS = 20;

  @TempDir Path directory;
  private final FaultyStore store = new FaultyStore(new MemoryStore());
  private final Random random = new Random(1);
  private final IndexObjects objects = new IndexObjects(store, new FixedKeys(1), random);

  /** A mapping each would be more than the system allows. */
  @Test
  void areNotAllOpenAtOnceWhenAnEmptyCacheIsFilled() {
    int count = 500;
    for (int i = 0; i < count; i++) {
      objects.write(List.of(SampleIndex.pack(random, CHUNKS)));
    }
    List<IndexRun> runs = new IndexCache(directory).load(objects);
    try {
      assertThat(runs).hasSizeLessThanOrEqualTo(MergePolicy.MAX_RUNS);
      assertThat(runs.stream().mapToInt(IndexRun::packCount).sum()).isEqualTo(count);
      assertThat(runs.stream().mapToLong(IndexRun::chunkCount).sum())
          .isEqualTo((long) count * CHUNKS);
      assertThat(mappings()).isLessThanOrEqualTo(MergePolicy.MAX_RUNS);
    } finally {
      runs.forEach(IndexRun::close);
    }
  }

  /** One backup a day: each reads no index object again, and writes little of the cache. */
  @Test
  void costEachBackupTheSame() throws IOException {
    int days = 365;
    Map<Path, Long> before = new HashMap<>();
    List<ChunkId> first = null;
    long added = 0;
    long written = 0;
    int largeWrites = 0;
    for (int day = 0; day < days; day++) {
      int reads = store.count(FaultyStore.Call.GET);
      try (ChunkIndex index = load()) {
        PackSummary pack = SampleIndex.pack(random, CHUNKS);
        index.add(objects.write(List.of(pack)), List.of(pack));
        if (first == null) {
          first = pack.directory().chunks().stream().map(PlacedChunk::id).toList();
        }
        first.forEach(id -> assertThat(index.find(id)).isNotNull());
        assertThat(index.runs()).hasSizeLessThanOrEqualTo(MergePolicy.MAX_RUNS);
      }
      assertThat(store.count(FaultyStore.Call.GET)).isEqualTo(reads);
      Map<Path, Long> after = sizes();
      long total = after.values().stream().mapToLong(Long::longValue).sum();
      added = Math.max(added, total);
      for (Map.Entry<Path, Long> file : after.entrySet()) {
        if (!before.containsKey(file.getKey())) {
          written += file.getValue();
          largeWrites += file.getValue() > total / 2 ? 1 : 0;
        }
      }
      before = after;
    }
    double doublings = Math.log(days) / Math.log(2);
    assertThat((double) written).isLessThan(added * (doublings + 1));
    assertThat(largeWrites).isLessThan((int) (2 * doublings));
  }

  /** A first backup of many terabytes: what was merged does not stay mapped until it ends. */
  @Test
  void areNotAllKeptWhileOneBackupAddsThem() {
    ReferencedPacks referenced = new ReferencedPacks();
    List<PackSummary> all = new ArrayList<>();
    try (ChunkIndex index = load()) {
      for (int i = 0; i < 300; i++) {
        PackSummary pack = SampleIndex.pack(random, CHUNKS);
        all.add(pack);
        index.add(objects.write(List.of(pack)), List.of(pack));
        for (PlacedChunk chunk : pack.directory().chunks()) {
          ChunkLocation location = index.find(chunk.id());
          assertThat(location).isNotNull();
          referenced.mark(location.pack());
        }
      }
      assertThat(referenced.count()).isEqualTo(all.size());
      assertThat(referenced.runs()).isLessThanOrEqualTo(MergePolicy.MAX_RUNS);
      List<PackName> names = new ArrayList<>();
      referenced.forEach(pack -> names.add(pack.name()));
      assertThat(names)
          .containsExactlyInAnyOrderElementsOf(all.stream().map(PackSummary::name).toList());
      awaitMappings(MergePolicy.MAX_RUNS);
      for (PackSummary pack : all) {
        pack.directory().chunks().forEach(chunk -> assertThat(index.find(chunk.id())).isNotNull());
      }
    }
    awaitMappings(0);
  }

  /** Unmapping follows the garbage collector. */
  private void awaitMappings(int atMost) {
    Instant end = Instant.now().plus(Duration.ofSeconds(60));
    while (mappings() > atMost) {
      assertThat(Instant.now()).isBefore(end);
      System.gc();
    }
  }

  private ChunkIndex load() {
    return ChunkIndex.load(new IndexCache(directory), objects, new DamageNotes());
  }

  private Map<Path, Long> sizes() throws IOException {
    Map<Path, Long> sizes = new HashMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        sizes.put(file, Files.size(file));
      }
    }
    return sizes;
  }

  private long mappings() {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains(directory.toString())).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
