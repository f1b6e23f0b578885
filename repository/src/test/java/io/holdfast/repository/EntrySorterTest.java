package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.NodeType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntrySorterTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2_000, 50_000, 8 << 20})
  void givesEveryEntryInPathOrderAndLeavesNoFile(int memory) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      BytePath path = BytePath.of(i % 3 == 0 ? "base/" + i : "base." + i);
      entries.add(Entry.builder(path, NodeType.FILE).mode(i).owner(i, 2L * i).build());
    }
    List<Entry> shuffled = new ArrayList<>(entries);
    Collections.shuffle(shuffled, new Random(7));

    List<Entry> drained = new ArrayList<>();
    try (EntrySorter sorter = new EntrySorter(directory, memory)) {
      shuffled.forEach(sorter::add);
      sorter.drain(drained::add);
    }

    assertThat(drained).extracting(Entry::path).isSorted();
    assertThat(drained).containsExactlyInAnyOrderElementsOf(entries);
    assertThat(directory).isEmptyDirectory();
  }
}
