package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectName;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageUnavailableException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backups others see as being made. */
class RunningBackupsTest {
  private static final Duration LEASE = Duration.ofMinutes(15);

  @TempDir Path directory;
  private Instant storageTime = Instant.parse("2026-03-01T02:00:00Z");
  private final InstantSource storageClock = () -> storageTime;
  private final MemoryStore store = new MemoryStore(storageClock.withZone(ZoneOffset.UTC));

  private Repository open(ObjectStore which) {
    return TestRepository.open(
        which,
        directory.resolve("cache"),
        Compression.DEFAULT,
        Clock.fixed(storageTime, ZoneOffset.UTC),
        LEASE);
  }

  private List<RunningBackup> running() {
    try (Repository other = open(store)) {
      return other.running();
    }
  }

  @Test
  void aBackupIsRunningFromItsStartToItsEnd() {
    assertThat(running()).isEmpty();
    try (Repository repository = open(store);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      assertThat(running())
          .containsExactly(
              new RunningBackup(
                  session.backup(),
                  WriteAndReadTest.plan().policy(),
                  "test-host",
                  session.started()));
      session.commit(List.of(), null);
      assertThat(running()).as("it exists").isEmpty();
    }
    try (Repository repository = open(store)) {
      repository.startBackup(WriteAndReadTest.plan()).end("a test ended it");
    }
    assertThat(running()).isEmpty();
  }

  @Test
  void oneWhoseWriterDiedIsRunningUntilItsLeaseRunsOut() {
    MemoryStore left;
    try (Repository repository = open(store);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      left = store.copy();
      session.end("the copy is what a writer leaves that dies");
    }
    storageTime = storageTime.plus(LEASE).minusMillis(1);
    try (Repository repository = open(left)) {
      assertThat(repository.running()).hasSize(1);
      storageTime = storageTime.plusMillis(1);
      assertThat(repository.running()).isEmpty();
    }
  }

  @Test
  void itsStartStaysWhenItsLeaseIsRenewed() {
    try (Repository repository = open(store);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan())) {
      Records records = new Records(store, new FixedKeys(1), new Random(1));
      SessionRecord first = records.get(ObjectKind.SESSION, sessionObject(), SessionRecord::read);
      records.put(
          ObjectKind.SESSION,
          Lease.objectName(first.session(), 1),
          new SessionRecord(
                  first.session(),
                  first.run(),
                  1,
                  first.backup(),
                  first.bases(),
                  first.leaseSeconds(),
                  first.policy(),
                  first.client(),
                  first.clientTime().plus(LEASE))
              ::writeTo);
      assertThat(running()).extracting(RunningBackup::started).containsExactly(session.started());
    }
  }

  @Test
  void aStorageThatDoesNotTellItsClockHidesNone() {
    FaultyStore readOnly =
        new FaultyStore(store)
            .failFrom(
                FaultyStore.Call.NOW,
                1,
                "",
                () -> new StorageUnavailableException("it cannot be written", "", null));
    try (Repository repository = open(store);
        BackupSession session = repository.startBackup(WriteAndReadTest.plan());
        Repository reader = open(readOnly)) {
      assertThat(reader.running()).extracting(RunningBackup::id).containsExactly(session.backup());
    }
  }

  @Test
  void aSessionThatCannotBeReadIsToldOfAndHidesNoOther() {
    try (Repository repository = open(store);
        BackupSession one = repository.startBackup(WriteAndReadTest.plan())) {
      ObjectName damaged = sessionObject();
      try (Repository another = open(store);
          BackupSession two = another.startBackup(WriteAndReadTest.plan());
          Repository reader = open(store)) {
        byte[] good = store.get(damaged);
        store.replace(damaged, new byte[100]);
        assertThat(reader.running()).extracting(RunningBackup::id).containsExactly(two.backup());
        assertThat(reader.warnings()).singleElement().asString().contains(damaged.value());
        store.replace(damaged, good);
        assertThat(reader.running())
            .extracting(RunningBackup::id)
            .containsExactlyInAnyOrder(one.backup(), two.backup());
      }
    }
  }

  private ObjectName sessionObject() {
    try (Stream<ObjectStat> objects = store.list(Lease.PREFIX)) {
      return objects.findFirst().orElseThrow().name();
    }
  }
}
