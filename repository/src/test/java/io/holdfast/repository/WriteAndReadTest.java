package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import io.holdfast.storage.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteAndReadTest {
  private static final int PAGE = 8192;

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final Random random = new Random(42);

  @Test
  void contentsOfEverySizeComeBackAsTheyWere() throws IOException {
    int[] sizes = {
      0, 1, 100, 256 << 10, (256 << 10) + 1, (256 << 10) + 2, 1 << 20, 5_000_000, 40_000_000
    };
    List<byte[]> originals = new ArrayList<>();
    BackupRecord backup;
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(plan())) {
      ManifestWriter manifest = session.manifest();
      for (int i = 0; i < sizes.length; i++) {
        byte[] bytes = mixed(sizes[i]);
        originals.add(bytes);
        manifest.add(file("f" + i, session.write(new ByteArrayInputStream(bytes)::read)));
      }
      backup = session.commit(List.of(source(manifest.finish())), null);
    }
    try (Repository repository = TestRepository.open(store, directory)) {
      Manifest manifest =
          repository.manifest(repository.backups().list().getFirst().sources().getFirst());
      assertThat(manifest.ref().entries()).isEqualTo(sizes.length);
      for (int i = 0; i < sizes.length; i++) {
        Entry entry = manifest.find(BytePath.of("f" + i)).orElseThrow();
        assertThat(read(repository, entry)).isEqualTo(originals.get(i));
      }
    }
    assertThat(backup.size()).isEqualTo(originals.stream().mapToLong(b -> b.length).sum());
  }

  @Test
  void holesAreKeptAsHoles() throws IOException {
    byte[] data = mixed(700_000);
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(plan());
        ContentBuilder builder = session.content()) {
      builder.hole(1L << 40);
      builder.data(new ByteArrayInputStream(data)::read, Long.MAX_VALUE);
      builder.hole(100);
      Content content = builder.finish();
      ManifestWriter manifest = session.manifest();
      manifest.add(file("sparse", content));
      session.commit(List.of(source(manifest.finish())), null);
      assertThat(content.length()).isEqualTo((1L << 40) + data.length + 100);
      List<String> seen = new ArrayList<>();
      byte[] back = new byte[data.length];
      repository
          .contents()
          .read(
              List.of(
                      new ContentReader.Target(
                          content,
                          new ContentReader.Sink() {
                            @Override
                            public void write(long offset, byte[] bytes, int from, int length) {
                              System.arraycopy(
                                  bytes, from, back, (int) (offset - (1L << 40)), length);
                            }

                            @Override
                            public void hole(long offset, long length) {
                              seen.add("hole " + offset + " " + length);
                            }

                            @Override
                            public void complete() {
                              seen.add("complete");
                            }
                          }))
                  .iterator());
      assertThat(back).isEqualTo(data);
      assertThat(seen)
          .containsExactly(
              "hole 0 " + (1L << 40), "hole " + ((1L << 40) + data.length) + " 100", "complete");
    }
  }

  @Test
  void aPageFileComesBackAfterManyIncrementalsAndEachStoresOnlyWhatChanged() throws IOException {
    byte[] pages = mixed(3000 * PAGE + 123);
    Content previous = null;
    for (int round = 0; round < 6; round++) {
      try (Repository repository = TestRepository.open(store, directory);
          BackupSession session = repository.startBackup(plan());
          PageWriter writer = session.pages(PAGE, previous)) {
        for (int at = 0; at < pages.length; at += 1_000_000 / PAGE * PAGE) {
          int length = Math.min(1_000_000 / PAGE * PAGE, pages.length - at);
          TestRepository.append(writer, pages, at, length);
        }
        previous = writer.finish();
        ManifestWriter manifest = session.manifest();
        manifest.add(file("base", previous));
        session.commit(List.of(source(manifest.finish())), null);
        assertThat(repository.contents().readSmall(previous, 1 << 30)).isEqualTo(pages);
        if (round > 0) {
          assertThat(writer.changedPages()).isLessThanOrEqualTo(10L * round);
          assertThat(session.statistics().storedBytes()).isLessThan(30L * round * PAGE + 100_000);
        }
      }
      for (int change = 0; change < (round + 1) * 10; change++) {
        int page = random.nextInt(pages.length / PAGE);
        if (change % 5 == 0) {
          Arrays.fill(pages, page * PAGE, (page + 1) * PAGE, (byte) 0);
        } else {
          pages[page * PAGE + random.nextInt(PAGE)] ^= 1;
        }
      }
      if (round == 2) {
        pages = Arrays.copyOf(pages, 2000 * PAGE);
      }
    }
  }

  @Test
  void onlyNeededPagesAreRead() throws IOException {
    byte[] pages = mixed(1000 * PAGE);
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(plan());
        PageWriter writer = session.pages(PAGE, null)) {
      TestRepository.append(writer, pages, 0, pages.length);
      Content content = writer.finish();
      ManifestWriter manifest = session.manifest();
      manifest.add(file("base", content));
      session.commit(List.of(source(manifest.finish())), null);

      byte[] local = pages.clone();
      local[5 * PAGE] ^= 1;
      local[999 * PAGE] ^= 1;
      boolean[] same = repository.contents().pageHashes(content).same(local, 0, local.length);
      List<Long> written = new ArrayList<>();
      repository
          .contents()
          .read(
              List.of(
                      new ContentReader.Target(
                          content,
                          new ContentReader.Sink() {
                            @Override
                            public synchronized void write(
                                long offset, byte[] bytes, int from, int length) {
                              written.add(offset);
                              System.arraycopy(bytes, from, local, (int) offset, length);
                            }

                            @Override
                            public void hole(long offset, long length) {}

                            @Override
                            public void complete() {}
                          },
                          page -> !same[(int) page]))
                  .iterator());
      assertThat(local).isEqualTo(pages);
      assertThat(written).containsExactlyInAnyOrder(5L * PAGE, 999L * PAGE);
    }
  }

  @Test
  void aLargeManifestIsFoundAndWalkedInOrder() throws IOException {
    int count = 50_000;
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(plan())) {
      ManifestWriter writer = session.manifest();
      for (int i = 0; i < count; i++) {
        writer.add(file(String.format("dir/%06d", i), null));
      }
      ManifestRef ref = writer.finish();
      BackupRecord record = session.commit(List.of(source(ref)), null);
      Manifest manifest = repository.manifest(record.sources().getFirst());
      assertThat(ref.depth()).isPositive();
      Manifest.Cursor cursor = manifest.cursor();
      for (int i = 0; i < count; i++) {
        assertThat(cursor.next().path()).isEqualTo(BytePath.of(String.format("dir/%06d", i)));
      }
      assertThat(cursor.hasNext()).isFalse();
      for (int i = 0; i < count; i += 777) {
        BytePath path = BytePath.of(String.format("dir/%06d", i));
        assertThat(manifest.find(path)).isPresent();
        assertThat(manifest.find(path.resolve("x"))).isEmpty();
        Manifest.Cursor from = manifest.cursor(path.resolve("x"));
        assertThat(from.next().path()).isEqualTo(BytePath.of(String.format("dir/%06d", i + 1)));
      }
    }
  }

  @Test
  void anUnchangedBackupStoresNextToNothing() throws IOException {
    byte[] bytes = mixed(20_000_000);
    for (int round = 0; round < 3; round++) {
      try (Repository repository = TestRepository.open(store, directory.resolve("cache" + round));
          BackupSession session = repository.startBackup(plan())) {
        ManifestWriter manifest = session.manifest();
        manifest.add(file("a", session.write(new ByteArrayInputStream(bytes)::read)));
        BackupRecord record = session.commit(List.of(source(manifest.finish())), null);
        assertThat(record.sequence()).isEqualTo(round + 1);
        if (round > 0) {
          assertThat(record.storedBytes()).isZero();
        }
      }
    }
  }

  static BackupPlan plan() {
    return new BackupPlan(BackupType.FULL, "test", null, List.of());
  }

  static SourceRecord source(ManifestRef manifest) {
    Instant now = Instant.now();
    return new SourceRecord(
        "source", SourceType.FILES, manifest, now, now, Map.of(), List.of(), 0, Map.of());
  }

  static Entry file(String path, @org.jspecify.annotations.Nullable Content content) {
    return Entry.builder(BytePath.of(path), NodeType.FILE).mode(0644).content(content).build();
  }

  private static byte[] read(Repository repository, Entry entry) {
    return repository
        .contents()
        .readSmall(java.util.Objects.requireNonNull(entry.content()), 1 << 30);
  }

  /** Half of it compresses. */
  private byte[] mixed(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    for (int at = 0; at < size; at += 1000) {
      Arrays.fill(bytes, at, Math.min(size, at + 500), (byte) (at / 1000));
    }
    return bytes;
  }
}
