package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackSizesTest {
  private static final int PACKS = 20_000;

  @TempDir Path directory;
  private final Random random = new Random(1);

  @Test
  void ticksOffWhatIsListedAndNamesWhatIsNot() throws IOException {
    List<PackSummary> packs = packs(1_000);
    try (IndexRun one = run(packs.subList(0, 600));
        IndexRun other = run(packs.subList(400, 1_000))) {
      ReferencedPacks referenced = referenced(one, other);
      PackSizes sizes = PackSizes.of(referenced);
      List<PackSummary> listed = new ArrayList<>(packs);
      Collections.shuffle(listed, random);
      PackSummary missing = listed.removeLast();
      for (PackSummary pack : listed) {
        assertThat(sizes.found(stat(pack.name().object(), pack.size()))).isTrue();
      }
      PackSummary stranger = SampleIndex.pack(random, 1);
      assertThat(sizes.found(stat(stranger.name().object(), stranger.size()))).isFalse();
      assertThatThrownBy(sizes::requireAllFound)
          .isInstanceOf(CorruptObjectException.class)
          .hasMessageContaining(missing.name().toString());
      assertThatThrownBy(() -> sizes.found(stat(missing.name().object(), missing.size() + 1)))
          .isInstanceOf(CorruptObjectException.class)
          .hasMessageContaining("bytes where the index says " + missing.size());
      assertThat(sizes.found(stat(missing.name().object(), missing.size()))).isTrue();
      sizes.requireAllFound();
    }
  }

  /** What its comment says, and as much again for what the collector takes at once. */
  @Test
  void takesFewBytesForEachPack() throws IOException {
    try (IndexRun run = run(packs(PACKS))) {
      ReferencedPacks referenced = referenced(run);
      PackSizes.of(referenced);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      PackSizes sizes = PackSizes.of(referenced);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated / PACKS).isLessThanOrEqualTo(36 + 1 + 36);
      assertThatThrownBy(sizes::requireAllFound).isInstanceOf(CorruptObjectException.class);
    }
  }

  private static ObjectStat stat(ObjectName name, long size) {
    return new ObjectStat(name, size, Instant.EPOCH);
  }

  private List<PackSummary> packs(int count) {
    List<PackSummary> packs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      packs.add(SampleIndex.pack(random, 1));
    }
    return packs;
  }

  private IndexRun run(List<PackSummary> packs) throws IOException {
    return new RunFiles(directory)
        .write(out -> IndexRunWriter.write(out, Set.of(), Set.of(), packs));
  }

  private static ReferencedPacks referenced(IndexRun... runs) {
    ReferencedPacks referenced = new ReferencedPacks();
    for (IndexRun run : runs) {
      for (int pack = 0; pack < run.packCount(); pack++) {
        referenced.mark(run.pack(pack));
      }
    }
    return referenced;
  }
}
