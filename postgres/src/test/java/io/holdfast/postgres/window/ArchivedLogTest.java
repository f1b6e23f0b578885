package io.holdfast.postgres.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectStat;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is there in two versions does not count, since a recovery would not take it either. */
class ArchivedLogTest {
  private static final int MIB = 1 << 20;
  private static final Timeline ONE = new Timeline(1);

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 64})
  void ofTwoVersionsNeitherCountsUnlessOneIsDamaged(int mebibytes) {
    int segment = mebibytes * MIB;
    int piece = Math.min(segment, WalArchive.MAX_PIECE);
    try (Repository repository = TestRepository.open(store, directory)) {
      WalArchive archive = repository.logs().create(new WalLog("main", 7, 18, segment, 8192));
      for (int number = 1; number <= 3; number++) {
        for (int from = 0; from < segment; from += piece) {
          put(archive, number, from, piece, 0);
        }
      }
      Lsn begin = new Lsn(segment);
      Lsn end = new Lsn(4L * segment);
      assertThat(wal(archive)).containsExactly(new LsnRange(begin, end));

      put(archive, 2, segment - piece, piece, 1);
      Lsn twiceFrom = new Lsn(3L * segment - piece);
      Lsn twiceTo = new Lsn(3L * segment);
      assertThat(wal(archive))
          .containsExactly(new LsnRange(begin, twiceFrom), new LsnRange(twiceTo, end));
      assertThat(ArchivedLog.read(archive).warnings())
          .anyMatch(
              is -> is.startsWith("segment 000000010000000000000002 is there in two versions"));
      assertThat(ArchivedLog.readAll(archive).wal().get(ONE))
          .containsExactly(new LsnRange(begin, end));

      damageLast();
      assertThat(wal(archive)).containsExactly(new LsnRange(begin, end));
    }
  }

  @Test
  void aTimelineOfWhichNothingCountsIsNone() {
    try (Repository repository = TestRepository.open(store, directory)) {
      WalArchive archive = repository.logs().create(new WalLog("main", 7, 18, MIB, 8192));
      put(archive, 1, 0, MIB, 0);
      put(archive, 1, 0, MIB, 1);
      assertThat(ArchivedLog.read(archive).wal()).isEmpty();
      assertThat(ArchivedLog.coverage(archive)).containsOnlyKeys(ONE);
    }
  }

  private static List<LsnRange> wal(WalArchive archive) {
    return ArchivedLog.read(archive).wal().getOrDefault(ONE, List.of());
  }

  private static void put(WalArchive archive, int number, int from, int length, int fill) {
    byte[] bytes = new byte[length];
    bytes[0] = (byte) fill;
    String name = "0000000100000000%08X".formatted(number);
    archive.put(name, from, bytes, 0, length, new WalNote(Instant.EPOCH, null, null));
  }

  /** The second version of the last piece of the second segment, by its name. */
  private void damageLast() {
    try (Stream<ObjectStat> objects = store.list("wal/")) {
      ObjectStat object =
          objects
              .filter(is -> is.name().last().startsWith("000000010000000000000002"))
              .reduce((first, second) -> second)
              .orElseThrow();
      byte[] bytes = store.get(object.name(), 64 << 20);
      bytes[bytes.length - 1] ^= 1;
      store.replace(object.name(), bytes);
    }
  }
}
