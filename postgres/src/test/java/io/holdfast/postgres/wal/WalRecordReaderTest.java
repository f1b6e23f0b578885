package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Records come back as they were written, across pages and segments, and no others do. */
class WalRecordReaderTest {
  private static final int MANAGER = 21;

  private record Read(Lsn start, Lsn end, long xid, ByteBuffer payload) {}

  @Property(tries = 60)
  void recordsOfAnyLengthComeBack(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    MadeWal wal = new MadeWal();
    List<Read> written = write(wal, random, random.nextInt(1, 60));
    List<Read> found = new ArrayList<>();
    EndOfWal end = read(wal, MadeWal.start(), found);
    assertSame(found, written);
    assertThat(end.position()).isEqualTo(wal.end());
  }

  @Property(tries = 60)
  void readingMayStartAtAnyRecordAndAtAnyPage(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    MadeWal wal = new MadeWal();
    List<Read> written = write(wal, random, 40);
    int first = random.nextInt(written.size());
    List<Read> found = new ArrayList<>();
    read(wal, written.get(first).start(), found);
    assertSame(found, written.subList(first, written.size()));

    int pages = wal.toBytes().length / MadeWal.FORMAT.pageSize();
    Lsn page = MadeWal.start().plus((long) random.nextInt(pages + 1) * MadeWal.FORMAT.pageSize());
    found.clear();
    read(wal, page, found);
    assertSame(found, written.stream().filter(one -> !one.start().isBefore(page)).toList());
  }

  @Property(tries = 60)
  void alteredBytesEndTheLogThereOrBefore(@ForAll long seed, @ForAll @IntRange(max = 7) int bit)
      throws IOException {
    Random random = new Random(seed);
    MadeWal wal = new MadeWal();
    List<Read> written = write(wal, random, 30);
    byte[] log = wal.toBytes();
    int at = random.nextInt(log.length);
    log[at] ^= (byte) (1 << bit);
    Lsn altered = MadeWal.start().plus(at);
    List<Read> found = new ArrayList<>();
    EndOfWal end = read(number -> MadeWal.open(log, number), MadeWal.start(), found);
    assertSame(found, written.subList(0, found.size()));
    List<Read> before = written.stream().filter(one -> !altered.isBefore(one.end())).toList();
    assertThat(found.size()).isGreaterThanOrEqualTo(before.size());
    assertThat(end.position()).isLessThanOrEqualTo(wal.end());
  }

  @Property(tries = 60)
  void aLogThatIsCutOffEndsWithItsLastWholeRecord(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    MadeWal wal = new MadeWal();
    List<Read> written = write(wal, random, 30);
    byte[] log = Arrays.copyOf(wal.toBytes(), random.nextInt(wal.toBytes().length / 8 + 1) * 8);
    Lsn cut = MadeWal.start().plus(log.length);
    List<Read> found = new ArrayList<>();
    EndOfWal end = read(number -> MadeWal.open(log, number), MadeWal.start(), found);
    assertSame(found, written.stream().filter(one -> !cut.isBefore(one.end())).toList());
    assertThat(end.found()).isNotEqualTo(EndOfWal.Found.NO_RECORD);
  }

  @Property(tries = 60)
  void anyBytesEndTheLog(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] log = new byte[random.nextInt(100_000)];
    random.nextBytes(log);
    List<Read> found = new ArrayList<>();
    read(number -> MadeWal.open(log, number), MadeWal.start(), found);
    assertThat(found).isEmpty();
  }

  @Test
  void aLogWithoutItsSegmentHasNoRecords() throws IOException {
    List<Read> found = new ArrayList<>();
    EndOfWal end = read(number -> MadeWal.open(new byte[0], number), MadeWal.start(), found);
    assertThat(end.found()).isEqualTo(EndOfWal.Found.NO_SEGMENT);
    assertThat(found).isEmpty();
  }

  @Test
  void ofAVeryLongRecordTheFirstBytesAreKept() throws IOException {
    MadeWal wal = new MadeWal();
    byte[] payload = new byte[WalRecord.MOST_KEPT + 100_000];
    new Random(1).nextBytes(payload);
    wal.add(MANAGER, 0, 5, payload);
    Lsn second = wal.add(MANAGER, 0, 6, new byte[10]);
    try (WalRecordReader reader = new WalRecordReader(MadeWal.FORMAT, wal, MadeWal.start())) {
      WalRecord record = Objects.requireNonNull(reader.next());
      assertThat(record.length()).isEqualTo(WalRecord.HEADER + payload.length);
      assertThat(Arrays.copyOf(record.payload(), record.payloadLength()))
          .isEqualTo(Arrays.copyOf(payload, WalRecord.MOST_KEPT));
      assertThat(Objects.requireNonNull(reader.next()).start()).isEqualTo(second);
    }
  }

  private static List<Read> write(MadeWal wal, Random random, int count) {
    List<Read> written = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length =
          random.nextInt(
              switch (random.nextInt(10)) {
                case 0 -> 60_000;
                case 1, 2 -> 20_000;
                default -> 300;
              });
      byte[] payload = new byte[length];
      random.nextBytes(payload);
      Lsn start = wal.add(MANAGER, 0, i, payload);
      written.add(new Read(start, wal.end(), i, ByteBuffer.wrap(payload)));
    }
    return written;
  }

  private static EndOfWal read(WalSegments segments, Lsn from, List<Read> found)
      throws IOException {
    try (WalRecordReader reader = new WalRecordReader(MadeWal.FORMAT, segments, from)) {
      for (WalRecord record = reader.next(); record != null; record = reader.next()) {
        byte[] payload = Arrays.copyOf(record.payload(), record.payloadLength());
        found.add(new Read(record.start(), record.end(), record.xid(), ByteBuffer.wrap(payload)));
      }
      return reader.end().orElseThrow();
    }
  }

  private static void assertSame(List<Read> found, List<Read> written) {
    assertThat(found.equals(written))
        .as("%s records, %s written", found.size(), written.size())
        .isTrue();
  }
}
