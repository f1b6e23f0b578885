package io.holdfast.postgres.archiving;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.NewCluster;
import io.holdfast.postgres.TestCluster;
import io.holdfast.postgres.recovery.CheckLog;
import io.holdfast.postgres.recovery.MissingWalException;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.repository.WalArchive;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What servers archive is stored and brought back, byte for byte. */
class ArchivingTest {
  private static final int SEGMENT = 1 << 20;

  @TempDir Path temporary;
  private final MemoryStore store = new MemoryStore();
  private Repository repository;
  private TestCluster cluster;
  private PushWal push;
  private FetchWal fetch;

  @BeforeEach
  void start() {
    repository = TestRepository.open(store, temporary.resolve("cache"));
    push = new PushWal(repository.logs(), "main", Clock.systemUTC());
    fetch = new FetchWal(repository.logs(), "main", 4 * SEGMENT);
    cluster = cluster(18);
  }

  private static TestCluster cluster(int major) {
    TestCluster cluster =
        TestCluster.of(major)
            .shape(NewCluster.usual().withWalSegmentSize(SEGMENT))
            .setting("wal_keep_size", "1GB")
            .start();
    cluster.execute(
        "CREATE TABLE t (a text)",
        "INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 4000)",
        "SELECT pg_switch_wal()",
        "INSERT INTO t VALUES ('more')");
    return cluster;
  }

  @AfterEach
  void stop() {
    cluster.close();
    fetch.close();
    repository.close();
  }

  private Path wal() {
    return cluster.dataDirectory().resolve("pg_wal");
  }

  /** Those that the server has ended, in order. */
  private List<Path> segments() throws IOException {
    String current = cluster.query("SELECT pg_walfile_name(pg_current_wal_lsn())");
    try (Stream<Path> files = Files.list(wal())) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
          .filter(file -> file.getFileName().toString().compareTo(current) < 0)
          .sorted()
          .toList();
    }
  }

  private List<ObjectName> pieces() {
    try (Stream<ObjectStat> objects = store.list("wal/")) {
      return objects
          .map(ObjectStat::name)
          .filter(name -> name.last().matches("[0-9A-F]{24}.*"))
          .sorted()
          .toList();
    }
  }

  private WalArchive archive() {
    return repository.logs().open(repository.logs().logs().getFirst());
  }

  private Path target() {
    return temporary.resolve("fetched");
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void whatIsPushedIsFetchedAndPushedAgainItIsStoredOnce(int major) throws IOException {
    cluster.close();
    cluster = cluster(major);
    List<Path> segments = segments();
    assertThat(segments).hasSizeGreaterThan(4);
    for (int round = 0; round < 2; round++) {
      for (Path segment : segments) {
        assertThat(push.push(segment)).isEmpty();
      }
      assertThat(pieces()).hasSameSizeAs(segments);
    }
    for (Path segment : segments) {
      assertThat(fetch.fetch(segment.getFileName().toString(), target())).isTrue();
      assertThat(target()).hasSameBinaryContentAs(segment);
    }
    assertThat(new CheckLog(archive(), bytes -> {}).run().problems()).isEmpty();
    Instant now = Instant.now();
    assertThat(archive().pieces())
        .anySatisfy(
            piece ->
                assertThat(archive().note(piece).lastCommit())
                    .isBetween(now.minusSeconds(60), now));
  }

  @Test
  void aDamagedSegmentIsStoredAloneAndNeverBesideAnother() throws IOException {
    Path good = segments().get(1);
    Path damaged = damaged(segments().get(1));
    for (int round = 0; round < 2; round++) { // the server may ask again
      assertThat(push.push(damaged))
          .hasValueSatisfying(is -> assertThat(is).contains("is damaged"));
    }
    assertThat(pieces()).hasSize(1);
    assertThat(push.push(good))
        .hasValueSatisfying(is -> assertThat(is).contains("with other bytes too"));

    push.push(segments().getFirst());
    Path other = damaged(segments().getFirst());
    assertThatThrownBy(() -> push.push(other))
        .isInstanceOf(WalFileException.class)
        .hasMessageContaining("has other bytes of that segment");
    assertThat(pieces()).hasSize(3);
  }

  /** One of its records is not what it was; its pages look well. */
  private Path damaged(Path segment) throws IOException {
    Path root = temporary.resolve("other");
    Path copy = root.resolve("pg_wal").resolve(segment.getFileName());
    Files.createDirectories(copy.getParent());
    byte[] bytes = Files.readAllBytes(segment);
    bytes[bytes.length / 2 + 100] ^= 1;
    return Files.write(copy, bytes);
  }

  @Test
  void whatIsNotThereIsSaidToBeSoAndNothingIsWritten() throws IOException {
    push.push(segments().getFirst());
    assertThat(fetch.fetch("0000000100000000000000FF", target())).isFalse();
    assertThat(fetch.fetch("00000002.history", target())).isFalse();
    assertThat(fetch.fetch("000000010000000000000001.00000028.backup", target())).isFalse();
    assertThat(target()).doesNotExist();
  }

  @Test
  void whatIsDamagedIsNeverTakenForAbsent() throws IOException {
    Path segment = segments().getFirst();
    push.push(segment);
    ObjectName piece = pieces().getFirst();
    byte[] bytes = store.get(piece, 64 << 20);
    bytes[bytes.length - 1] ^= 1;
    store.replace(piece, bytes);
    String name = segment.getFileName().toString();
    assertThatThrownBy(() -> fetch.fetch(name, target()))
        .isInstanceOf(MissingWalException.class)
        .hasMessageContaining("is damaged");
    assertThat(temporary).isDirectoryNotContaining(file -> file.toString().contains("fetched"));
    push.push(segment);
    assertThat(fetch.fetch(name, target())).as("stored again in halves").isTrue();
    assertThat(target()).hasSameBinaryContentAs(segment);
  }

  /** A header that says so may be damage as well. */
  @Test
  void aPieceThatSaysItIsOfALaterVersionIsStoredAgain() throws IOException {
    Path segment = segments().getFirst();
    push.push(segment);
    ObjectName piece = pieces().getFirst();
    byte[] bytes = store.get(piece, 64 << 20);
    bytes[9] = 7;
    store.replace(piece, bytes);
    assertThat(new CheckLog(archive(), read -> {}).run().problems()).hasSize(1);
    push.push(segment);
    assertThat(pieces()).hasSize(3);
    assertThat(fetch.fetch(segment.getFileName().toString(), target())).isTrue();
    assertThat(target()).hasSameBinaryContentAs(segment);
  }

  @Test
  void aFileThatIsNotWhatItsNameSaysIsRefused() throws IOException {
    List<Path> segments = segments();
    byte[] bytes = Files.readAllBytes(segments.getFirst());
    String name = segments.getFirst().getFileName().toString();
    assertRefused(name, new byte[0], "does not begin as WAL");
    assertRefused(name, new byte[SEGMENT], "does not begin as WAL");
    assertRefused(name, Arrays.copyOf(bytes, SEGMENT / 2), "its segments have");
    assertRefused(segments.get(1).getFileName().toString(), bytes, "a page that belongs to");
    byte[] page = bytes.clone();
    page[3 * 8192 + 1] ^= 1;
    assertRefused(name, page, "a page that is not WAL");
    assertRefused("00000002.history", "junk".getBytes(US_ASCII), "a line that is no switch");
    assertRefused("postgresql.conf", bytes, "no server archives");
    assertThat(pieces()).isEmpty();
  }

  private void assertRefused(String name, byte[] bytes, String why) throws IOException {
    Path directory = Files.createDirectories(temporary.resolve("wrong"));
    Path file = Files.write(directory.resolve(name), bytes);
    assertThatThrownBy(() -> push.push(file))
        .isInstanceOf(WalFileException.class)
        .hasMessageContaining(why);
  }

  @Test
  void otherBytesUnderTheSameNameAreKeptBesideTheFirst() throws IOException {
    Path segment = segments().getFirst();
    push.push(segment);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[SEGMENT - 1] ^= 1;
    Path directory = Files.createDirectories(temporary.resolve("other"));
    Path other = Files.write(directory.resolve(segment.getFileName()), bytes);
    assertThat(push.push(other)).hasValueSatisfying(is -> assertThat(is).contains("two servers"));
    assertThat(pieces()).hasSize(2);
  }

  @Test
  void historiesAndUnfinishedSegmentsAreStoredToo() throws IOException {
    Path history = Files.writeString(wal().resolve("00000002.history"), "1\t0/2000028\tbecause\n");
    push.push(history);
    assertThat(fetch.fetch("00000002.history", target())).isTrue();
    assertThat(target()).hasContent("1\t0/2000028\tbecause\n");
    String current = cluster.query("SELECT pg_walfile_name(pg_current_wal_flush_lsn())");
    Lsn flushed = Lsn.parse(cluster.query("SELECT pg_current_wal_flush_lsn()"));
    Path partial = wal().resolve(current + ".partial");
    Files.copy(wal().resolve(current), partial);
    push.push(partial);
    assertThat(pieces()).singleElement().satisfies(is -> assertThat(is.last()).contains("."));
    assertThat(fetch.fetch(current, target())).isTrue();
    int length = (int) (flushed.value() % SEGMENT);
    byte[] there = Files.readAllBytes(target());
    assertThat(Arrays.copyOf(there, length))
        .isEqualTo(Arrays.copyOf(Files.readAllBytes(partial), length));
    assertThat(there).hasSize(SEGMENT);
  }
}
