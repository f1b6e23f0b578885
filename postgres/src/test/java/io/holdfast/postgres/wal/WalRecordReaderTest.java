package io.holdfast.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  void aLogThatIsCutOffAnywhereIsNotTakenForDamage() throws IOException {
    MadeWal wal = new MadeWal();
    wal.add(MANAGER, 0, 1, new byte[20_000]);
    wal.add(MANAGER, 0, 2, new byte[100]);
    for (int page = 0; page < 3; page++) {
      for (int length = 0; length < 60; length++) {
        byte[] log = Arrays.copyOf(wal.toBytes(), page * MadeWal.FORMAT.pageSize() + length);
        List<Read> found = new ArrayList<>();
        EndOfWal end = read(number -> MadeWal.open(log, number), MadeWal.start(), found);
        assertThat(end.found()).as("%s bytes", log.length).isNotEqualTo(EndOfWal.Found.NO_RECORD);
      }
    }
  }

  @Test
  void whatFollowsASwitchIsReadInTheNextSegment() throws IOException {
    MadeWal wal = new MadeWal();
    wal.add(MANAGER, 0, 1, new byte[100]);
    wal.addSwitch();
    Lsn next = wal.add(MANAGER, 0, 2, new byte[100]);
    List<Read> found = new ArrayList<>();
    read(wal, MadeWal.start(), found);
    assertThat(found).hasSize(3);
    assertThat(found.get(1).end()).isEqualTo(MadeWal.start().plus(MadeWal.FORMAT.segmentSize()));
    assertThat(found.get(2).start()).isEqualTo(next);
  }

  @Test
  void aRecordThatACrashCutOffIsPassedOver() throws IOException {
    MadeWal wal = new MadeWal();
    wal.add(MANAGER, 0, 1, new byte[100]);
    wal.addGivenUp();
    Lsn page = MadeWal.start().plus(wal.toBytes().length);
    wal.add(MANAGER, 0, 2, new byte[100]);
    wal.add(MANAGER, 0, 3, new byte[100]);
    List<Read> found = new ArrayList<>();
    read(wal, MadeWal.start(), found);
    assertThat(found).extracting(Read::xid).containsExactly(1L, 2L, 3L);
    found.clear();
    read(wal, page, found);
    assertThat(found).extracting(Read::xid).containsExactly(2L, 3L);
  }

  @Test
  void aRecordThatFollowsAnotherOneThanTheLastIsNone() throws IOException {
    MadeWal wal = new MadeWal();
    wal.add(MANAGER, 0, 1, new byte[100]);
    MadeWal other = new MadeWal();
    other.add(MANAGER, 0, 1, new byte[50]);
    other.add(MANAGER, 0, 1, new byte[24]);
    other.add(MANAGER, 0, 2, new byte[100]);
    byte[] log = other.toBytes();
    System.arraycopy(wal.toBytes(), 0, log, 0, wal.toBytes().length);
    List<Read> found = new ArrayList<>();
    EndOfWal end = read(number -> MadeWal.open(log, number), MadeWal.start(), found);
    assertThat(found).hasSize(1);
    assertThat(end.found()).isEqualTo(EndOfWal.Found.NO_RECORD);
    assertThat(end.what()).contains("follows");
  }

  @Property(tries = 200)
  void anyBytesBehindAPageHeaderEndTheLog(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    MadeWal wal = new MadeWal();
    write(wal, random, 20);
    byte[] log = wal.toBytes();
    for (int page = 0; page < log.length; page += MadeWal.FORMAT.pageSize()) {
      for (int at = page + 40; at < Math.min(log.length, page + MadeWal.FORMAT.pageSize()); at++) {
        log[at] = (byte) random.nextInt();
      }
    }
    int length = random.nextInt(200);
    log[40] = (byte) length;
    Arrays.fill(log, 41, 44, (byte) 0);
    List<Read> found = new ArrayList<>();
    EndOfWal end = read(number -> MadeWal.open(log, number), MadeWal.start(), found);
    assertThat(found).isEmpty();
    assertThat(end.position()).isEqualTo(MadeWal.start().plus(40));
  }

  @Test
  void afterAFailureTheLogIsNotReadOn() throws IOException {
    WalSegments failing =
        number -> {
          throw new IOException("away");
        };
    try (WalRecordReader reader =
        new WalRecordReader(MadeWal.FORMAT, failing, MadeWal.start().plus(40))) {
      assertThatThrownBy(reader::next).isInstanceOf(IOException.class);
      assertThatIllegalStateException().isThrownBy(reader::next);
      assertThat(reader.end()).isEmpty();
    }
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
