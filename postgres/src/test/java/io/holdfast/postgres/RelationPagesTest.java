package io.holdfast.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.postgres.wal.Lsn;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A relation file is read page by page, up to where it ended once. */
class RelationPagesTest {
  private static final int PAGE = 8192;
  private static final BytePath PATH = BytePath.of("base/5/16384");

  /** What the file gives, one call after the other. */
  private final Deque<Integer> counts = new ArrayDeque<>();

  @Test
  void shortReadsAreFilledUpToWholePages() throws IOException {
    counts.addAll(List.of(100, PAGE, PAGE - 100, -1));
    RelationPages pages = pages();
    byte[] bytes = new byte[4 * PAGE];
    assertThat(pages.read(bytes, 0, 2 * PAGE)).isEqualTo(2 * PAGE);
    assertThat(pages.read(bytes, 2 * PAGE, 2 * PAGE)).isEqualTo(-1);
    assertThat(pages.pages()).isEqualTo(2);
  }

  @Test
  void aFileThatGrowsAgainBehindItsEndIsNotReadOnAmidAPage() throws IOException {
    counts.addAll(List.of(PAGE + PAGE / 2, -1, PAGE, PAGE));
    RelationPages pages = pages();
    byte[] bytes = new byte[4 * PAGE];
    assertThat(pages.read(bytes, 0, 4 * PAGE)).isEqualTo(PAGE + PAGE / 2);
    assertThat(pages.read(bytes, PAGE + PAGE / 2, 2 * PAGE)).isEqualTo(-1);
    assertThat(pages.pages()).isEqualTo(1);
  }

  private RelationPages pages() {
    return new RelationPages(
        PATH,
        RelationFile.of(PATH).orElseThrow(),
        0,
        new PageVerifier(PAGE, true, Lsn.parse("1/2000")),
        (to, offset, length) -> Math.min(counts.remove(), length),
        new DamageReport(),
        null);
  }
}
