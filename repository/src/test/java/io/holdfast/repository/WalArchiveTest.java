package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectNotFoundException;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.PutOutcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored of a log comes back as it was, or not at all; nothing replaces anything. */
class WalArchiveTest {
  private static final int MIB = 1 << 20;
  private static final WalLog LOG = new WalLog("shop", -3L, 18, 16 * MIB, 8192);
  private static final WalLog SMALL_SEGMENTS = new WalLog("shop", -3L, 18, MIB, 8192);
  private static final String SEGMENT = "0000000200000001000000AF";
  private static final Instant RECEIVED = Instant.parse("2026-03-01T10:00:00.5Z");
  private static final WalNote NOTE = new WalNote(RECEIVED, null, RECEIVED.minusSeconds(2));

  @TempDir Path directory;
  private final MemoryStore store = new MemoryStore();
  private final Random random = new Random(1);
  private Repository repository;

  @BeforeEach
  void open() {
    repository = TestRepository.open(store, directory);
  }

  @AfterEach
  void close() {
    repository.close();
  }

  private WalArchive archive(WalLog log) {
    return repository.logs().create(log);
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static WalArchive.Stored put(WalArchive archive, String segment, int from, byte[] bytes) {
    return archive.put(segment, from, bytes, 0, bytes.length, NOTE);
  }

  private static List<WalPiece> pieces(Stream<WalArchive.StoredPiece> stream) {
    try (stream) {
      return stream.map(WalArchive.StoredPiece::piece).toList();
    }
  }

  private ObjectName only(NameForm form) {
    try (Stream<ObjectStat> objects = form.list(store)) {
      return objects.map(ObjectStat::name).toList().getFirst();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8192, MIB, MIB + 1, 3 * MIB, 16 * MIB})
  void aPieceOfAnySizeComesBack(int length) {
    WalArchive archive = archive(LOG);
    byte[] bytes = noise(length);
    WalPiece piece = put(archive, SEGMENT, 16 * MIB - length, bytes).piece();
    assertThat(archive.read(piece)).isEqualTo(bytes);
    assertThat(pieces(archive.piecesOf(SEGMENT))).containsExactly(piece);
  }

  @ParameterizedTest
  @EnumSource(Codec.class)
  void aPieceIsCompressedAsTheRepositoryIsTold(Codec codec) {
    Compression compression =
        new Compression(codec, codec == Codec.ZSTD ? 3 : codec == Codec.GZIP ? 6 : 0);
    byte[] bytes =
        "what a server writes again and again ".repeat(30_000).getBytes(StandardCharsets.UTF_8);
    try (Repository own =
        TestRepository.open(
            store,
            directory.resolve("own"),
            compression,
            Clock.systemUTC(),
            Duration.ofMinutes(1))) {
      WalArchive.Stored stored = put(own.logs().create(LOG), SEGMENT, 0, bytes);
      if (codec == Codec.NONE) {
        assertThat(stored.storedBytes()).isGreaterThan(bytes.length);
      } else {
        assertThat(stored.storedBytes()).isLessThan(bytes.length / 20);
      }
      assertThat(repository.logs().open(LOG).read(stored.piece())).isEqualTo(bytes);
    }
  }

  @Test
  void onlyTheBytesThatAreMeantAreStored() {
    WalArchive archive = archive(LOG);
    byte[] bytes = noise(1000);
    WalPiece piece = archive.put(SEGMENT, 8192, bytes, 100, 300, NOTE).piece();
    assertThat(archive.read(piece)).isEqualTo(Arrays.copyOfRange(bytes, 100, 400));
    assertThat(piece.from()).isEqualTo(8192);
    assertThat(piece.to()).isEqualTo(8492);
  }

  @Test
  void objectsAreNamedByPlaceAndContent() {
    WalArchive archive = archive(SMALL_SEGMENTS);
    String log = only(NameForm.WAL_LOG).last();
    put(archive, SEGMENT, 0, noise(MIB));
    assertThat(only(NameForm.WAL_PIECE).value())
        .matches("wal/" + log + "/0000000200000001/" + SEGMENT + "-[0-9a-f]{32}");
    store.delete(only(NameForm.WAL_PIECE));
    put(archive, SEGMENT, 0x2000, noise(0x800));
    assertThat(only(NameForm.WAL_PIECE).value())
        .matches(
            "wal/" + log + "/0000000200000001/" + SEGMENT + "\\.00002000-00002800-[0-9a-f]{32}");
  }

  @Test
  void theSameBytesAreStoredOnceWhoeverStoresThem() {
    byte[] bytes = noise(50_000);
    WalArchive.Stored first = put(archive(LOG), SEGMENT, 0, bytes);
    try (Repository other = TestRepository.open(store, directory.resolve("other"))) {
      WalNote note = new WalNote(RECEIVED.plusSeconds(60), RECEIVED, null);
      WalArchive.Stored again =
          other.logs().create(LOG).put(SEGMENT, 0, bytes, 0, bytes.length, note);
      assertThat(first.outcome()).isEqualTo(PutOutcome.CREATED);
      assertThat(again.outcome()).isEqualTo(PutOutcome.EXISTS);
      assertThat(again.piece()).isEqualTo(first.piece());
      assertThat(again.others()).isEmpty();
      assertThat(pieces(other.logs().open(LOG).pieces())).containsExactly(first.piece());
    }
  }

  @Test
  void otherBytesForTheSamePlaceAreKeptBesideTheFirstAndTold() {
    WalArchive archive = archive(LOG);
    byte[] one = noise(50_000);
    byte[] other = noise(50_000);
    WalPiece first = put(archive, SEGMENT, 0, one).piece();
    put(archive, SEGMENT, 50_000, one);
    put(archive, SEGMENT.replace("AF", "AE"), 0, one);
    WalArchive.Stored second = put(archive, SEGMENT, 0, other);
    assertThat(second.outcome()).isEqualTo(PutOutcome.CREATED);
    assertThat(second.others()).containsExactly(first);
    assertThat(archive.read(first)).isEqualTo(one);
    assertThat(archive.read(second.piece())).isEqualTo(other);
    assertThat(put(archive, SEGMENT, 0, one).others()).containsExactly(second.piece());
  }

  @Test
  void piecesAreListedByTimeline() {
    WalArchive archive = archive(LOG);
    WalPiece one = put(archive, "000000010000000000000001", 0, noise(10)).piece();
    WalPiece two = put(archive, "000000020000000000000001", 0, noise(10)).piece();
    WalPiece next = put(archive, "000000020000000A00000001", 0, noise(10)).piece();
    WalPiece sixteen = put(archive, "000000100000000000000001", 0, noise(10)).piece();
    archive.putHistory(2, noise(10));
    assertThat(pieces(archive.pieces())).containsExactlyInAnyOrder(one, two, next, sixteen);
    assertThat(pieces(archive.pieces(1))).containsExactly(one);
    assertThat(pieces(archive.pieces(2))).containsExactlyInAnyOrder(two, next);
    assertThat(pieces(archive.pieces(16))).containsExactly(sixteen);
    assertThat(pieces(archive.pieces(3))).isEmpty();
  }

  @Test
  void logsOfOtherClustersAndSourcesAreApart() {
    List<WalLog> logs =
        List.of(
            LOG,
            SMALL_SEGMENTS,
            new WalLog("shop", 4, 18, 16 * MIB, 8192),
            new WalLog("shop", -3, 17, 16 * MIB, 8192),
            new WalLog("shop", -3, 18, 16 * MIB, 4096),
            new WalLog("Shop", -3, 18, 16 * MIB, 8192));
    for (WalLog log : logs) {
      put(archive(log), SEGMENT, logs.indexOf(log), noise(1));
    }
    for (WalLog log : logs) {
      assertThat(pieces(repository.logs().open(log).pieces()))
          .singleElement()
          .returns(logs.indexOf(log), WalPiece::from);
    }
    assertThat(repository.logs().logs()).containsExactlyInAnyOrderElementsOf(logs);
  }

  @Test
  void aLogIsKnownFromItsRecordAlone() {
    WalLog log = new WalLog("Größe \"1\"\n", Long.MIN_VALUE, 15, 1 << 30, 65_536);
    archive(log);
    archive(log);
    assertThat(repository.logs().logs()).containsExactly(log);
    ObjectName name = only(NameForm.WAL_LOG);
    byte[] record = store.get(name);
    archive(LOG);
    store.delete(name);
    ObjectName other = only(NameForm.WAL_LOG);
    store.replace(other, record);
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(() -> repository.logs().logs())
        .withMessageContaining(other.value());
  }

  @Test
  void whateverIsAlteredIsNoticed() {
    WalArchive archive = archive(LOG);
    WalPiece piece = put(archive, SEGMENT, 0, noise(100)).piece();
    ObjectName name = only(NameForm.WAL_PIECE);
    byte[] object = store.get(name);
    for (int bit = 0; bit < object.length * 8; bit++) {
      byte[] altered = object.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      store.replace(name, altered);
      assertThatExceptionOfType(RepositoryException.class)
          .as("bit %d", bit)
          .isThrownBy(() -> archive.read(piece))
          .withMessageContaining(name.value());
    }
    for (int length = 0; length < object.length; length++) {
      store.replace(name, Arrays.copyOf(object, length));
      assertThatExceptionOfType(CorruptObjectException.class)
          .as("%d bytes", length)
          .isThrownBy(() -> archive.read(piece));
    }
    store.delete(name);
    assertThatExceptionOfType(ObjectNotFoundException.class).isThrownBy(() -> archive.read(piece));
  }

  @Test
  void anObjectThatWasMovedIsNoticed() {
    WalArchive archive = archive(LOG);
    put(archive, SEGMENT, 0, noise(100));
    ObjectName name = only(NameForm.WAL_PIECE);
    for (String moved :
        List.of(
            name.value().replace("00000000-00000064", "00000064-000000c8"),
            name.value().replace("AF.", "AE."))) {
      store.put(ObjectName.of(moved), ByteBuffer.wrap(store.get(name)));
    }
    store.delete(name);
    List<WalPiece> moved = pieces(archive.pieces());
    assertThat(moved).hasSize(2);
    for (WalPiece piece : moved) {
      assertThatExceptionOfType(CorruptObjectException.class).isThrownBy(() -> archive.read(piece));
    }
  }

  @Test
  void whatHasNoNameOfAPieceIsPassedOver() {
    WalArchive archive = archive(LOG);
    WalPiece piece = put(archive, SEGMENT, 0, noise(10)).piece();
    String name = only(NameForm.WAL_PIECE).value();
    for (String stranger :
        List.of(
            name + "0",
            name.replace("AF.", "AF.partial."),
            name.replace("00000000-0000000a", "0000000a-0000000a"),
            name.replace("00000000-0000000a", "0000000a-00000000"),
            name.replace("00000000-0000000a", "00000000-01000000"),
            name.replace("00000000-0000000a", "00ffffff-01000001"),
            name.replace("00000000-0000000a", "ffffffff-ffffffff"),
            name.replace("/0000000200000001/", "/0000000200000002/"),
            name.replace("/0000000200000001/", "/"),
            name.replace("00000002000000010", "00000000000000010"),
            name.replace("00000002000000010", "80000000000000010"),
            name.replace("000000AF.", "00000100."),
            name.replace("0000000200000001", "00000002FFFFFFFF").replace("000000AF.", "000000FF."),
            name.replaceAll("0000000200000001/.*", "history/00000001-" + "0".repeat(32)),
            name.replaceAll("0000000200000001/.*", "history/00000000-" + "0".repeat(32)))) {
      store.put(ObjectName.of(stranger), ByteBuffer.allocate(10));
    }
    assertThat(pieces(archive.pieces())).containsExactly(piece);
    assertThat(archive.listHistories()).isEmpty();
    assertThat(put(archive, SEGMENT, 0, noise(10)).others()).containsExactly(piece);
  }

  @Test
  void aWholeSegmentIsNoLargerThanAPieceMayBe() {
    WalArchive archive = archive(new WalLog("shop", 1, 18, 64 * MIB, 8192));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> put(archive, SEGMENT, 0, new byte[16 * MIB + 1]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> put(archive, SEGMENT, 64 * MIB - 9, new byte[10]));
    assertThatIllegalArgumentException().isThrownBy(() -> put(archive, SEGMENT, 0, new byte[0]));
    assertThatIllegalArgumentException().isThrownBy(() -> put(archive, SEGMENT, -1, new byte[1]));
    WalPiece claimed = new WalPiece(SEGMENT, 0, 64 * MIB, "0".repeat(32));
    assertThatExceptionOfType(CorruptObjectException.class).isThrownBy(() -> archive.read(claimed));
  }

  @Test
  void aNoteIsReadWithoutThePiece() {
    WalArchive archive = archive(LOG);
    List<WalNote> notes =
        List.of(
            NOTE,
            new WalNote(RECEIVED, RECEIVED.minusSeconds(9), null),
            new WalNote(RECEIVED, RECEIVED.minusNanos(1000), RECEIVED.plusSeconds(1)));
    List<WalNote> found = new ArrayList<>();
    for (WalNote note : notes) {
      byte[] bytes = noise(100_000);
      WalPiece piece =
          archive.put(SEGMENT, 100_000 * found.size(), bytes, 0, bytes.length, note).piece();
      ObjectName name = piece.object(only(NameForm.WAL_LOG).last(), LOG.segmentSize());
      byte[] object = store.get(name);
      store.replace(name, Arrays.copyOf(object, 5000));
      found.add(archive.note(new WalArchive.StoredPiece(piece, object.length)));
      byte[] altered = object.clone();
      altered[100] ^= 1;
      store.replace(name, altered);
      assertThatExceptionOfType(CorruptObjectException.class)
          .isThrownBy(() -> archive.note(new WalArchive.StoredPiece(piece, object.length)));
    }
    assertThat(found).isEqualTo(notes);
  }

  @Test
  void historiesComeBackByTimeline() {
    WalArchive archive = archive(LOG);
    byte[] three = "1\t0/3000000\tno recovery target\n".getBytes(StandardCharsets.US_ASCII);
    byte[] otherThree = noise(500);
    byte[] last = noise(WalArchive.MAX_HISTORY);
    archive.putHistory(Integer.MAX_VALUE, last);
    WalArchive.StoredHistory first = archive.putHistory(3, three);
    assertThat(archive.putHistory(3, three)).isEqualTo(first);
    WalArchive.StoredHistory second = archive.putHistory(3, otherThree);
    assertThat(archive.listHistories())
        .hasSize(3)
        .contains(first, second)
        .last()
        .returns(Integer.MAX_VALUE, WalArchive.StoredHistory::timeline);
    assertThat(archive.readHistory(first)).isEqualTo(three);
    assertThat(archive.readHistory(second)).isEqualTo(otherThree);
    assertThat(archive.readHistory(archive.listHistories().getLast())).isEqualTo(last);
    assertThat(pieces(archive.pieces())).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> archive.putHistory(1, three));
    assertThatExceptionOfType(CorruptObjectException.class)
        .isThrownBy(
            () -> {
              ObjectName name = only(NameForm.WAL_HISTORY);
              byte[] object = store.get(name);
              object[object.length - 1] ^= 1;
              store.replace(name, object);
              archive.readHistory(archive.listHistories().getFirst());
            });
  }

  @Test
  void verificationTakesNothingOfALogForAStranger() {
    WalArchive archive = archive(LOG);
    put(archive, SEGMENT, 0, noise(10));
    archive.putHistory(2, noise(10));
    assertThat(repository.verification().run(VerificationLevel.OBJECTS, bytes -> {}).strangers())
        .isEmpty();
  }
}
