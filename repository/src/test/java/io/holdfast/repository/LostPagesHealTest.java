package io.holdfast.repository;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.posix.BytePath;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A relation file one of whose chunks, the second of three, lies in a pack that gets lost. */
class LostPagesHealTest {
  private static final int PAGE = 8192;
  private static final int CHUNK = 128 * PAGE;

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final byte[] pages = new byte[300 * PAGE];
  private int caches;
  private Set<ObjectName> ofSecondChunk;
  private Content before;

  @BeforeEach
  void makeBackups() {
    new Random(5).nextBytes(pages);
    backup(Arrays.copyOfRange(pages, CHUNK, 2 * CHUNK), null);
    ofSecondChunk = packs();
    before = backup(pages, null).content();
    assertThat(packs()).hasSize(4);
  }

  /** A backup that was made, and what of it matters here. */
  private record Made(BackupRecord record, Content content, long changedPages) {}

  @Test
  void theChunkIsStoredAgainAsItWasAlsoBesidePagesThatChanged() {
    lose(PackKind.DATA);
    byte[] now = pages.clone();
    now[5 * PAGE] ^= 1;
    Made next = backup(now, before);
    assertThat(next.changedPages()).isEqualTo(129);
    assertThat(next.record().warnings()).hasSize(1);
    assertThat(read(next.content())).isEqualTo(now);
    assertThat(read(before)).isEqualTo(pages);
    assertThat(problems()).isEmpty();
  }

  @Test
  void aChunkWhosePagesChangedIsLostForEarlierBackupsOnly() {
    lose(PackKind.DATA);
    byte[] now = pages.clone();
    now[130 * PAGE] ^= 1;
    Made next = backup(now, before);
    assertThat(read(next.content())).isEqualTo(now);
    assertThat(problems())
        .extracting("object")
        .contains("the content of pages")
        .anyMatch(object -> object.toString().startsWith(PackName.PREFIX));
  }

  @Test
  void pagesWhoseHashesAreLostCountAsChangedAndNoOthers() {
    lose(PackKind.METADATA);
    Made next = backup(pages, before);
    assertThat(next.changedPages()).isEqualTo(128);
    assertThat(next.record().warnings()).hasSize(2);
    assertThat(read(next.content())).isEqualTo(pages);
    assertThat(next.record().storedBytes()).isLessThan(CHUNK);
    Made after = backup(pages, before);
    assertThat(after.changedPages()).isZero();
  }

  @Test
  void aLocalFileIsComparedAsFarAsThereAreHashes() {
    lose(PackKind.METADATA);
    try (Repository repository = open()) {
      boolean[] same = repository.contents().pageHashes(before).same(pages, 0, pages.length);
      for (int page = 0; page < same.length; page++) {
        assertThat(same[page]).isEqualTo(page < 128 || page >= 256);
      }
      assertThat(repository.warnings()).singleElement().asString().contains("it is missing");
    }
  }

  @Test
  void aContentIsTakenOverOnlyWithItsPagesAndTheirHashes() {
    assertThat(reuse()).isTrue();
    MemoryStore whole = store.copy();
    for (PackKind kind : PackKind.values()) {
      lose(kind);
      assertThat(reuse()).as("without %s", kind).isFalse();
      ofSecondChunk.forEach(pack -> store.replace(pack, whole.get(pack)));
    }
  }

  private boolean reuse() {
    try (Repository repository = open();
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      return session.reuse(before);
    }
  }

  @Test
  void theHashesOfPagesThatAreTakenOverMustBeThereAtTheCommitToo() {
    try (Repository repository = open();
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      assertThat(session.reuse(before)).isTrue();
      ManifestWriter manifest = session.manifest();
      manifest.add(WriteAndReadTest.file("pages", before));
      SourceRecord source = WriteAndReadTest.source(manifest.finish());
      lose(PackKind.METADATA);
      assertThatThrownBy(() -> session.commit(List.of(source), null))
          .isInstanceOf(CorruptObjectException.class)
          .hasMessageContaining("missing");
    }
  }

  private Made backup(byte[] bytes, @Nullable Content previous) {
    try (Repository repository = open();
        BackupSession session = repository.startBackup(WriteAndReadTest.plan());
        PageWriter writer = session.pages(PAGE, previous)) {
      TestRepository.append(writer, bytes, 0, bytes.length);
      Content content = writer.finish();
      ManifestWriter manifest = session.manifest();
      manifest.add(WriteAndReadTest.file("pages", content));
      BackupRecord record =
          session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
      Entry entry =
          repository.manifest(record.sources().getFirst()).find(BytePath.of("pages")).orElseThrow();
      return new Made(record, requireNonNull(entry.content()), writer.changedPages());
    }
  }

  /** Deletes one of the packs that the first backup made, which hold nothing but that chunk. */
  private void lose(PackKind kind) {
    for (ObjectName pack : ofSecondChunk) {
      if (store.get(pack)[8] == kind.code()) {
        store.delete(pack);
      }
    }
  }

  private byte[] read(Content content) {
    try (Repository repository = open()) {
      return repository.contents().readSmall(content, 1 << 24);
    }
  }

  private List<VerificationReport.Problem> problems() {
    try (Repository repository = open()) {
      return repository.verification().run(VerificationLevel.CONTENT, bytes -> {}).problems();
    }
  }

  private Repository open() {
    return TestRepository.open(store, directory.resolve("cache" + caches++));
  }

  private Set<ObjectName> packs() {
    try (Stream<ObjectStat> objects = store.list(PackName.PREFIX)) {
      return new TreeSet<>(objects.map(ObjectStat::name).toList());
    }
  }
}
