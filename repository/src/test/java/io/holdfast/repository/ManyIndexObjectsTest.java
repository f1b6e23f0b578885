package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyIndexObjectsTest {
  private static final int OBJECTS = 200;

  @TempDir Path directory;

  /** A mapping each would be more than the system allows, after some years of small backups. */
  @Test
  void areNotAllOpenAtOnceWhenAnEmptyCacheIsFilled() throws IOException {
    MemoryStore store = new MemoryStore();
    FixedKeys keys = new FixedKeys(1);
    SecureRandom random = new SecureRandom();
    IndexObjects objects = new IndexObjects(store, keys, random);
    for (int i = 0; i < OBJECTS; i++) {
      PackBuilder pack =
          new PackBuilder(keys, PackKind.DATA, DomainId.DEFAULT, RandomId.next(random));
      objects.write(List.of(pack.finish().summary()));
    }
    List<IndexRun> runs = new IndexCache(directory).load(objects);
    try {
      assertThat(runs).hasSizeLessThanOrEqualTo(8);
      assertThat(runs.stream().mapToInt(IndexRun::packCount).sum()).isEqualTo(OBJECTS);
      assertThat(mappings()).isLessThanOrEqualTo(8);
    } finally {
      runs.forEach(IndexRun::close);
    }
  }

  private long mappings() {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains(directory.toString())).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
