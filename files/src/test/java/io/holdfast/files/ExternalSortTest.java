package io.holdfast.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalSortTest {
  @TempDir Path temp;

  private List<byte[]> sort(List<byte[]> records, int limit) throws Exception {
    List<byte[]> sorted = new ArrayList<>();
    try (ExternalSort sort = new ExternalSort(temp, limit)) {
      for (byte[] record : records) {
        sort.add(record);
      }
      Iterator<byte[]> all = sort.sorted();
      while (all.hasNext()) {
        sorted.add(all.next());
      }
      assertThat(sort.inMemory()).isLessThanOrEqualTo(limit);
    }
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
    return sorted;
  }

  @Test
  void sortsUnsignedWhetherInMemoryOrInManyRuns() throws Exception {
    Random random = new Random(3);
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      byte[] record = new byte[random.nextInt(40)];
      random.nextBytes(record);
      records.add(record);
    }
    records.add(new byte[RunFile.MAX_RECORD]);
    List<byte[]> expected = new ArrayList<>(records);
    expected.sort(Arrays::compareUnsigned);
    for (int limit : List.of(1, 20, 1500, 10_000)) { // 1: as many runs as records, merged in rounds
      List<byte[]> sorted = sort(records, limit);
      assertThat(sorted).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(sorted.get(i)).isEqualTo(expected.get(i));
      }
    }
  }

  @Test
  void nothingIsSortedToo() throws Exception {
    assertThat(sort(List.of(), 5)).isEmpty();
    byte[] one = ByteBuffer.allocate(8).putLong(7).array();
    assertThat(sort(List.of(one), 5)).containsExactly(one);
  }
}
