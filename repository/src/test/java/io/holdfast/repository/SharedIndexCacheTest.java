package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.LocalDirectoryStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cache directory, several who use it at once: none fails, and each finds everything. */
class SharedIndexCacheTest {
  private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-Xmx128m");

  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void leaveNoProcess() throws InterruptedException {
    for (Process one : started) {
      one.destroyForcibly();
      assertThat(one.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void byThreadsWithCachesOfTheirOwn() throws Exception {
    ObjectStore store = new MemoryStore();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int seed = thread;
        running.add(threads.submit(() -> UseIndexCache.run(store, cache(), seed, 25, done -> {})));
      }
      for (Future<?> one : running) {
        one.get(120, TimeUnit.SECONDS);
      }
    }
    assertSaysAll(store);
  }

  @Test
  void byProcesses() throws Exception {
    try (ObjectStore store = LocalDirectoryStore.create(store())) {
      List<Process> running = List.of(use(1, 25), use(2, 25));
      for (Process one : running) {
        String output = one.inputReader().readAllAsString();
        assertThat(one.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(one.exitValue()).as(output).isZero();
      }
      assertSaysAll(store);
    }
  }

  @Test
  void byProcessesThatAreKilledAtAnyInstant() throws Exception {
    try (ObjectStore store = LocalDirectoryStore.create(store())) {
      Process lasting = use(1, 30);
      Random random = new Random();
      for (int round = 0; round < 4; round++) {
        Process killed = use(10 + round, 1000);
        BufferedReader output = killed.inputReader();
        for (int backups = random.nextInt(4); backups >= 0; backups--) {
          assertThat(output.readLine()).isNotNull().containsOnlyDigits();
        }
        killed.destroyForcibly();
        assertThat(killed.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      String output = lasting.inputReader().readAllAsString();
      assertThat(lasting.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(lasting.exitValue()).as(output).isZero();
      assertSaysAll(store);
    }
  }

  @Test
  void whileItsFilesAreDamaged() throws IOException {
    ObjectStore store = new MemoryStore();
    Random random = new Random(1);
    for (int round = 0; round < 12; round++) {
      UseIndexCache.run(store, cache(), round, 2, done -> {});
      for (Path file : files()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
      }
      assertSaysAll(store);
    }
  }

  /** As on a disk that goes bad: what was looked up before is found, and the rest too. */
  @Test
  void whileAFileThatIsOpenIsDamaged() throws IOException {
    ObjectStore store = new MemoryStore();
    IndexObjects objects = new IndexObjects(store, new FixedKeys(1), new Random(1));
    PackSummary pack = SampleIndex.pack(new Random(2), 5_000);
    objects.write(List.of(pack));
    try (ChunkIndex index = load(objects)) {
      Path damaged = files().getFirst();
      byte[] bytes = Files.readAllBytes(damaged);
      for (int at = CheckedFile.BLOCK; at < bytes.length; at += 1000) {
        bytes[at] ^= 4;
      }
      Files.write(damaged, bytes);
      pack.directory().chunks().forEach(chunk -> assertThat(index.find(chunk.id())).isNotNull());
      assertThat(files()).hasSize(1).doesNotContain(damaged);
    }
    assertSaysAll(store);
  }

  private Process use(int seed, int backups) throws IOException {
    Process process =
        JavaProcess.start(
            QUICK,
            UseIndexCache.class,
            store().toString(),
            cache().toString(),
            Integer.toString(seed),
            Integer.toString(backups));
    started.add(process);
    return process;
  }

  /** The cache says what the index objects say, and nothing unfinished stays in it. */
  private void assertSaysAll(ObjectStore store) throws IOException {
    IndexObjects objects = new IndexObjects(store, new FixedKeys(1), new Random());
    try (ChunkIndex index = load(objects)) {
      for (String name : objects.list()) {
        for (PackSummary pack : objects.read(name).packs()) {
          pack.directory()
              .chunks()
              .forEach(chunk -> assertThat(index.find(chunk.id())).isNotNull());
        }
      }
    }
    assertThat(files()).allMatch(file -> file.toString().endsWith(".run"));
  }

  private ChunkIndex load(IndexObjects objects) {
    return ChunkIndex.load(new IndexCache(cache()), objects, new DamageNotes());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(cache())) {
      return files.toList();
    }
  }

  private Path store() {
    return directory.resolve("store");
  }

  private Path cache() {
    return directory.resolve("cache");
  }
}
