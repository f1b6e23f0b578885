package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.posix.RemoveTree;
import io.holdfast.postgres.ConnectionSettings;
import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.LocalServer;
import io.holdfast.postgres.ReplicationSession;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.LsnRange;
import io.holdfast.postgres.wal.WalCoverage;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.repository.Repository;
import io.holdfast.repository.TestRepository;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalLog;
import io.holdfast.repository.WalNote;
import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was confirmed is in the spool until it is stored, whatever happens. */
class SpooledWalTest extends ReceiverFixture {
  @Test
  void whatIsDurableInTheSpoolIsConfirmedWhileNothingCanBeStored() {
    Lsn end;
    try (RunningReceiver receiver = receiver(cluster.socketSettings(), Duration.ofHours(1))) {
      end = write(100);
      Eventually.holds(
          () ->
              Lsn.parse(
                          cluster.query(
                              "SELECT coalesce(max(restart_lsn), '0/0') FROM pg_replication_slots"))
                      .compareTo(end)
                  >= 0);
      assertThat(receiver.stored()).isEqualTo(Lsn.NONE);
    }
    assertThat(stored(ONE).getLast().to().isBefore(end)).as("stored when it was stopped").isFalse();
  }

  private Repository storageThatIsAway() {
    return TestRepository.open(
        new FaultyStore(store)
            .failFrom(
                FaultyStore.Call.PUT,
                1,
                "",
                () -> new StorageUnavailableException("the storage is away", "wait", null)),
        temporary.resolve("cache"));
  }

  private Lsn confirmed() {
    return Lsn.parse(
        cluster.query("SELECT coalesce(max(restart_lsn), '0/0') FROM pg_replication_slots"));
  }

  @Test
  void whileStorageIsAwayAllIsReceivedAndNothingIsLost() throws IOException {
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(movable(), away.logs(), options(Duration.ofMillis(200)))) {
      write(2500);
      cluster.restart(LocalServer.StopMode.FAST);
      movable();
      end = write(2500);
      Eventually.holds(() -> !confirmed().isBefore(end));
      assertThat(receiver.troubles).isNotEmpty();
      assertThat(receiver.isRunning()).isTrue();
    }
    assertThat(repository.logs().logs()).isEmpty();
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  /** The spool may be all that is left of what was confirmed. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWasConfirmedIsStoredWhateverBecameOfTheSlotAndTheServer(boolean markIsOld)
      throws IOException {
    Lsn start;
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(
                cluster.socketSettings(), away.logs(), options(Duration.ofMillis(200)))) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      start = receiver.streamed.getFirst();
      end = write(2500);
      Eventually.holds(() -> !confirmed().isBefore(end));
    }
    if (markIsOld) {
      Files.write(lastInSpool().resolveSibling("durable"), new byte[36]);
    }
    cluster.execute("SELECT pg_drop_replication_slot('holdfast')");
    ConnectionSettings gone = cluster.socketSettings();
    cluster.server().stop(LocalServer.StopMode.FAST, Duration.ofMinutes(1));
    try (RunningReceiver receiver = receiver(gone, Duration.ofMillis(200))) {
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    LsnRange stored = stored(ONE).getFirst();
    assertThat(stored.from()).isEqualTo(start);
    assertThat(stored.to().isBefore(end)).isFalse();
  }

  @Test
  void whatIsStoredButDamagedIsStoredAgainBeforeTheSpoolForgetsIt() throws IOException {
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(
                cluster.socketSettings(), away.logs(), options(Duration.ofMillis(200)))) {
      Lsn end = write(1500);
      Eventually.holds(() -> !confirmed().isBefore(end));
      assertThat(receiver.isRunning()).isTrue();
    }
    Path full;
    try (Stream<Path> files = Files.walk(temporary.resolve("spool"))) {
      full = files.filter(file -> file.toFile().length() == SEGMENT).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(full);
    String segment = full.getFileName().toString();
    WalFormat format;
    try (ReplicationSession session = cluster.socketSettings().openReplication()) {
      format = session.walFormat();
    }
    WalLog log = new WalLog("main", format.system().value(), 18, SEGMENT, format.pageSize());
    WalArchive archive = repository.logs().create(log);
    archive.put(segment, 0, bytes, 0, SEGMENT, new WalNote(Instant.EPOCH, null, null));
    try (Stream<ObjectStat> objects = store.list("wal/")) {
      ObjectName name =
          objects.map(ObjectStat::name).filter(is -> is.value().contains(segment)).toList().get(0);
      byte[] damaged = store.get(name);
      damaged[damaged.length / 2] ^= 1;
      store.replace(name, damaged);
    }
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(10);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.warnings).isNotEmpty();
    }
    WalCoverage whole = new WalCoverage(SEGMENT);
    try (Stream<WalArchive.StoredPiece> pieces = archive.piecesOf(segment)) {
      pieces
          .map(WalArchive.StoredPiece::piece)
          .filter(piece -> piece.length() < SEGMENT)
          .forEach(
              piece -> {
                assertThat(archive.read(piece))
                    .isEqualTo(Arrays.copyOfRange(bytes, piece.from(), piece.to()));
                whole.add(new LsnRange(new Lsn(piece.from()), new Lsn(piece.to())));
              });
    }
    assertThat(whole.ranges()).containsExactly(new LsnRange(Lsn.NONE, new Lsn(SEGMENT)));
  }

  /** Another host takes over, or the disk of the spool was lost. */
  @Test
  void withoutASpoolItGoesOnWhereTheRepositoryEnds() throws IOException {
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(1500);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    Lsn stored = stored(ONE).getLast().to();
    RemoveTree.at(BytePath.of(temporary.resolve("spool").toString()));
    write(700);
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(700);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.streamed.getFirst()).isEqualTo(new Lsn(stored.value() & -(long) SEGMENT));
      assertThat(receiver.gaps).isEmpty();
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  @Test
  void behindAGapTheSpoolIsEmptiedAsBefore() throws IOException {
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(100);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    cluster.execute(
        "SELECT pg_drop_replication_slot('holdfast')",
        "ALTER SYSTEM SET wal_keep_size = 0",
        "SELECT pg_reload_conf()",
        "SELECT pg_switch_wal()",
        "CHECKPOINT",
        "INSERT INTO t VALUES ('a')",
        "CHECKPOINT");
    try (RunningReceiver receiver = receiver()) {
      Lsn end = write(4000);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).hasSize(1);
      Eventually.holds(() -> segmentsInSpool() <= 2);
    }
  }

  private long segmentsInSpool() {
    try (Stream<Path> files = Files.walk(temporary.resolve("spool"))) {
      return files.filter(file -> file.getFileName().toString().length() == 24).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatACrashLeftAtTheEndOfTheSpoolIsReceivedAgain() throws IOException {
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(
                cluster.socketSettings(), away.logs(), options(Duration.ofMillis(200)))) {
      end = write(300);
      Eventually.holds(() -> !confirmed().isBefore(end));
      assertThat(receiver.isRunning()).isTrue();
    }
    for (boolean markToo : new boolean[] {false, true}) {
      Path last = lastInSpool();
      Files.write(last, new byte[5000], StandardOpenOption.APPEND);
      if (markToo) {
        Files.write(last.resolveSibling("durable"), new byte[100]);
      }
      try (RunningReceiver receiver = receiver()) {
        Lsn next = write(10);
        Eventually.holds(() -> !receiver.stored().isBefore(next));
        assertThat(receiver.damages).isEmpty();
      }
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  /** A record that began in a segment that is gone is not believed by its length alone. */
  @Test
  void theRestOfARecordWithNothingBehindItIsReceivedAgain() throws IOException {
    Lsn end;
    try (RunningReceiver receiver = receiver()) {
      end = write(1500);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
    Path last = lastInSpool();
    byte[] bytes = Files.readAllBytes(last);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(2, (short) 3).putInt(16, 6000);
    Arrays.fill(bytes, 40, bytes.length, (byte) 'x');
    Files.write(last, Arrays.copyOf(bytes, 5000));
    Files.write(last.resolveSibling("durable"), new byte[36]);
    try (RunningReceiver receiver = receiver()) {
      Lsn next = write(1500);
      Eventually.holds(() -> !receiver.stored().isBefore(next));
      assertThat(receiver.damages).isEmpty();
    }
    assertThat(stored(ONE)).hasSize(1);
    assertAsOnTheServer();
  }

  private Path lastInSpool() throws IOException {
    try (Stream<Path> files = Files.walk(temporary.resolve("spool"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
          .max(Comparator.comparing(file -> file.getFileName().toString()))
          .orElseThrow();
    }
  }

  private WalReceiverOptions small(long serverBytes) {
    return new WalReceiverOptions(
        "main",
        "holdfast",
        temporary.resolve("spool"),
        2 * SEGMENT,
        serverBytes,
        Duration.ofMillis(200),
        Duration.ofMillis(200),
        Duration.ofMillis(50),
        false,
        Duration.ofSeconds(10),
        Clock.systemUTC());
  }

  @Test
  void aServerThatKeepsTooMuchForAFullSpoolIsLetGo() {
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(cluster.socketSettings(), away.logs(), small(4 * SEGMENT))) {
      end = write(12_000);
      Eventually.holds(() -> !receiver.releases.isEmpty());
      assertThat(receiver.releases.getFirst().isBefore(end)).isTrue();
      assertThat(cluster.query("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
    }
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).as("the server had it still").isEmpty();
    }
  }

  @Test
  void aSpoolThatIsFullLeavesTheServerToKeepWhatItWrites() {
    Lsn end;
    try (Repository away = storageThatIsAway();
        RunningReceiver receiver =
            new RunningReceiver(cluster.socketSettings(), away.logs(), small(1L << 30))) {
      end = write(8000);
      Eventually.holds(
          () -> receiver.troubles.stream().anyMatch(is -> is.category() == FailureCategory.FULL));
      Eventually.holds(() -> cluster.query("SELECT count(*) FROM pg_stat_replication").equals("0"));
      assertThat(confirmed().isBefore(end)).isTrue();
    }
    try (RunningReceiver receiver =
        new RunningReceiver(cluster.socketSettings(), repository.logs(), small(1L << 30))) {
      Eventually.holds(() -> !receiver.stored().isBefore(end));
      assertThat(receiver.gaps).isEmpty();
    }
    assertThat(stored(ONE)).hasSize(1);
  }

  @Test
  void whatSomebodyElsePutIntoTheSpoolIsNotStored() throws IOException {
    try (Repository away = storageThatIsAway();
        RunningReceiver _ =
            new RunningReceiver(
                cluster.socketSettings(), away.logs(), options(Duration.ofMillis(200)))) {
      Lsn end = write(2500);
      Eventually.holds(() -> !confirmed().isBefore(end));
    }
    Path other;
    try (Stream<Path> files = Files.walk(temporary.resolve("spool"))) {
      Path first =
          files
              .filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}"))
              .sorted()
              .findFirst()
              .orElseThrow();
      other = first.resolveSibling("000000010000000000000000");
    }
    byte[] noise = new byte[100];
    Arrays.fill(noise, (byte) 7);
    Files.write(other, noise);
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.isRunning());
      assertThat(receiver.failure())
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining(other.toString());
    }
    assertThat(repository.logs().logs()).isEmpty();
  }

  @Test
  void twoReceiversDoNotShareASpool() {
    try (RunningReceiver first = receiver()) {
      Eventually.holds(() -> !first.streamed.isEmpty());
      try (RunningReceiver second = receiver()) {
        Eventually.holds(() -> !second.isRunning());
        assertThat(second.failure())
            .isInstanceOf(SpoolException.class)
            .hasMessageContaining("in use by another receiver");
      }
      Lsn end = write(10);
      Eventually.holds(() -> !first.stored().isBefore(end));
    }
  }
}
