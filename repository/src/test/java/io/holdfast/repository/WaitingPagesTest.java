package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.MemoryStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changed page holds back the pieces after it until its chunk is stored: not without bound. */
class WaitingPagesTest {
  private static final int PAGE = 512;
  private static final int BOUND = 16_384;
  private static final int PAGES = BOUND + 5000;

  /** A chunk of pages and its hashes, and one leaf of the content that refers to it. */
  private static final int CHUNKS_OF_A_CHANGE = 3;

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final byte[] pages = new byte[PAGES * PAGE];

  @Test
  void aChunkIsStoredWithFewPagesRatherThanHoldingBackMoreThanItsBound() {
    new Random(3).nextBytes(pages);
    Content first = write(null).content();
    Written near = change(first, 10, 20);
    assertThat(near.newChunks()).isEqualTo(CHUNKS_OF_A_CHANGE);
    Written far = change(near.content(), 10, 20, BOUND + 200);
    assertThat(far.newChunks()).isEqualTo(2 * CHUNKS_OF_A_CHANGE);
    try (Repository repository = TestRepository.open(store, directory)) {
      assertThat(repository.contents().readSmall(far.content(), 1 << 24)).isEqualTo(pages);
    }
  }

  private record Written(Content content, long newChunks) {}

  private Written change(Content previous, int... changed) {
    for (int page : changed) {
      pages[page * PAGE]++;
    }
    return write(previous);
  }

  private Written write(@Nullable Content previous) {
    try (Repository repository = TestRepository.open(store, directory);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan());
        PageWriter writer = session.pages(PAGE, previous)) {
      TestRepository.append(writer, pages, 0, pages.length);
      Content content = writer.finish();
      long newChunks = session.statistics().newChunks();
      ManifestWriter manifest = session.manifest();
      manifest.add(WriteAndReadTest.file("pages", content));
      session.commit(List.of(WriteAndReadTest.source(manifest.finish())), null);
      return new Written(content, newChunks);
    }
  }
}
