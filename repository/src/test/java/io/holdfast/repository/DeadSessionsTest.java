package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the next writer does about sessions of writers that are gone. */
class DeadSessionsTest {
  private static final Duration LEASE = Duration.ofMinutes(10);

  private final Random random = new Random(3);
  private Instant storageTime = Instant.parse("2026-03-01T02:00:00Z");
  private final InstantSource storageClock = () -> storageTime;
  private final MemoryStore store = new MemoryStore(storageClock.withZone(ZoneOffset.UTC));
  private final Records records = new Records(store, new FixedKeys(1), random);
  private final DamageNotes notes = new DamageNotes();
  private final BackupName backup = BackupName.next(storageTime, BackupType.FULL, random);
  private final String session = RandomId.next(random).toString();
  private final String run = RandomId.next(random).toString();

  private ObjectName putSession(@Nullable String runId, long leaseSeconds, Instant clientTime) {
    ObjectName name = Lease.objectName(session, 0);
    putSession(name, runId, leaseSeconds, clientTime);
    return name;
  }

  /** As a session object is stored, with whatever values. */
  private void putSession(
      ObjectName name, @Nullable String runId, long leaseSeconds, Instant clientTime) {
    records.put(
        ObjectKind.SESSION,
        name,
        out ->
            out.text("session", session)
                .text("run", runId)
                .number("number", Long.parseLong(name.last()))
                .text("backup", backup.value())
                .texts("bases", List.of())
                .number("leaseSeconds", leaseSeconds)
                .text("policy", "all")
                .text("client", "elsewhere")
                .instant("clientTime", clientTime));
  }

  private void fence(ObjectStore through) {
    new FenceDeadSessions(
            through,
            new Records(through, new FixedKeys(1), random),
            Clock.systemUTC(),
            notes,
            "fencer",
            "test")
        .run();
  }

  @Test
  void theFailedRunHasTheIdOfTheAttempt() {
    putSession(run, LEASE.toSeconds(), storageTime);
    storageTime = storageTime.plus(LEASE);
    fence(store);
    assertThat(runs()).containsOnlyKeys(run);
    assertThat(recordedRun().status()).isEqualTo(BackupStatus.FAILED);
    assertThat(recordedRun().error()).contains("lease ran out");
    assertThat(sessionObjects()).isEmpty();
  }

  @Test
  void aSessionWithoutARunIdHasOneRunTooWhoeverFencesIt() {
    putSession(null, LEASE.toSeconds(), storageTime);
    storageTime = storageTime.plus(LEASE);
    MemoryStore other = store.copy();
    fence(store);
    fence(other);
    assertThat(names(store, "runs/"))
        .containsExactly("runs/" + session)
        .isEqualTo(names(other, "runs/"));
  }

  @Test
  void aFencerThatDiedAfterItsTombstoneLeavesTheRestToTheNext() {
    ObjectName object = putSession(run, LEASE.toSeconds(), storageTime);
    records.put(
        ObjectKind.TOMBSTONE,
        backup.object(),
        new Tombstone(session, "its lease ran out long ago", "another", storageTime)::writeTo);
    fence(store);
    assertThat(recordedRun().error()).isEqualTo("its lease ran out long ago");
    assertThat(store.stat(object)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 86_401, Long.MAX_VALUE})
  void aLeaseThatNobodyMayAskForCountsAsTheLongest(long seconds) {
    putSession(run, seconds, storageTime);
    storageTime = storageTime.plus(Duration.ofDays(1).minusSeconds(1));
    fence(store);
    assertThat(sessionObjects()).hasSize(1);
    storageTime = storageTime.plusSeconds(1);
    fence(store);
    assertThat(sessionObjects()).isEmpty();
    assertThat(runs()).containsOnlyKeys(run);
  }

  /** Every renewal of a lease has another time. */
  @Test
  void anAttemptIsSaidToHaveStartedWhenItDid() {
    putSession(run, 1, storageTime.plus(Duration.ofHours(3)));
    storageTime = storageTime.plus(Duration.ofHours(4));
    fence(store);
    assertThat(recordedRun().timestamp()).isEqualTo(backup.time());
  }

  @Test
  void noTimeInASessionIsTooFarAway() {
    for (Instant far : List.of(Instant.MIN, Instant.MAX)) {
      putSession(run, 1, far);
      storageTime = storageTime.plusSeconds(1);
      fence(store);
      assertThat(recordedRun().durationMillis()).isNotNegative();
      assertThat(sessionObjects()).isEmpty();
      store.delete(ObjectName.of("runs/" + run));
    }
  }

  @Test
  void noTimeOfTheStorageIsTooFarAway() {
    Instant now = storageTime;
    storageTime = Instant.MAX;
    putSession(run, 1, now);
    storageTime = now;
    fence(store);
    assertThat(sessionObjects()).as("it is from the future, so it lives").hasSize(1);
  }

  @Test
  void aSessionThatCannotBeReadIsLeftAndToldOf() {
    ObjectName object = putSession("no run id", LEASE.toSeconds(), storageTime);
    storageTime = storageTime.plus(Duration.ofDays(2));
    fence(store);
    assertThat(store.stat(object)).isPresent();
    assertThat(notes.warnings()).singleElement().asString().contains(object.value());
  }

  @Test
  void aSessionThatClaimsToBeAnotherIsDamaged() {
    ObjectName stranger = Lease.objectName(RandomId.next(random).toString(), 7);
    ObjectName own = putSession(run, LEASE.toSeconds(), storageTime);
    putSession(stranger, run, 1, storageTime);
    storageTime = storageTime.plusSeconds(2);
    fence(store);
    assertThat(store.stat(own)).isPresent();
    assertThat(notes.warnings()).singleElement().asString().contains(stranger.value());
  }

  @Test
  void aDamagedRecordOfItsBackupIsToldOfAndBlocksNobody() {
    putSession(run, LEASE.toSeconds(), storageTime);
    store.replace(backup.object(), new byte[100]);
    storageTime = storageTime.plus(LEASE);
    fence(store);
    assertThat(notes.warnings()).singleElement().asString().contains(backup.value());
    assertThat(sessionObjects()).hasSize(1);
    assertThat(names(store, "runs/")).isEmpty();
  }

  @Test
  void aStorageThatFailsMeanwhileIsToldOfAndLeavesItToTheNext() {
    putSession(run, LEASE.toSeconds(), storageTime);
    storageTime = storageTime.plus(LEASE);
    FaultyStore faulty =
        new FaultyStore(store)
            .failFrom(
                FaultyStore.Call.PUT,
                1,
                "runs/",
                () -> new StorageUnavailableException("the storage is away", "", null));
    fence(faulty);
    assertThat(notes.warnings()).singleElement().asString().contains("the storage is away");
    assertThat(sessionObjects()).hasSize(1);
    fence(store);
    assertThat(runs()).containsOnlyKeys(run);
    assertThat(sessionObjects()).isEmpty();
  }

  @Test
  void otherNamesAreNoSessions() {
    store.put(ObjectName.of("sessions/README"), ByteBuffer.allocate(5));
    store.put(ObjectName.of("sessions/" + session + "/x"), ByteBuffer.allocate(5));
    fence(store);
    assertThat(sessionObjects()).hasSize(2);
    assertThat(notes.warnings()).isEmpty();
  }

  @Test
  void noWriterAsksForALongerLeaseThanReadersTake() {
    assertThatThrownBy(
            () ->
                TestRepository.open(
                    store,
                    Path.of("unused"),
                    Compression.DEFAULT,
                    Clock.systemUTC(),
                    Duration.ofDays(1).plusSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private RunRecord recordedRun() {
    return Objects.requireNonNull(runs().get(run));
  }

  private Map<String, RunRecord> runs() {
    try (Stream<RunRecord> all =
        new Backups(store, records, notes, new BackupSummaries(Path.of("not used"), notes))
            .runs()) {
      return all.collect(Collectors.toMap(RunRecord::id, record -> record));
    }
  }

  private List<String> sessionObjects() {
    return names(store, Lease.PREFIX);
  }

  private static List<String> names(ObjectStore store, String prefix) {
    try (Stream<ObjectStat> objects = store.list(prefix)) {
      return objects.map(object -> object.name().value()).toList();
    }
  }
}
