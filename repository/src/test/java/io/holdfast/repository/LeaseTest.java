package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.FailureCategory;
import io.holdfast.storage.FaultyStore;
import io.holdfast.storage.FaultyStore.Call;
import io.holdfast.storage.MemoryStore;
import io.holdfast.storage.ObjectStat;
import io.holdfast.storage.ObjectStore;
import io.holdfast.storage.StorageAccessException;
import io.holdfast.storage.StorageException;
import io.holdfast.storage.StorageUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LeaseTest {
  private static final Duration LENGTH = Duration.ofMinutes(15);
  private static final Duration THIRD = LENGTH.dividedBy(3);

  @TempDir Path directory;
  private final Random random = new Random(5);
  private final ManualTimer timer = new ManualTimer();
  private final MemoryStore memory = new MemoryStore(timer.clock());
  private final FaultyStore store = new FaultyStore(memory);
  private final BackupName backup =
      BackupName.next(timer.clock().instant(), BackupType.FULL, random);
  private final String session = RandomId.next(random).toString();
  private final Lease lease = start(store);

  private Lease start(ObjectStore on) {
    SessionRecord first =
        new SessionRecord(
            session,
            RandomId.next(random).toString(),
            0,
            backup,
            List.of(),
            LENGTH.toSeconds(),
            "all",
            "here",
            Instant.EPOCH);
    return Lease.start(on, new Records(on, new FixedKeys(1), random), first, timer.clock(), timer);
  }

  @AfterEach
  void close() {
    lease.close();
    assertThat(timer.isIdle()).isTrue();
  }

  /** From now on; each attempt notes its time. */
  private List<Duration> outage(Call call, String prefix) {
    List<Duration> attempts = new ArrayList<>();
    store.failFrom(
        call,
        1,
        prefix,
        () -> {
          attempts.add(timer.passed());
          return new StorageUnavailableException("the storage is away", "", null);
        });
    return attempts;
  }

  private List<Long> numbers() {
    try (Stream<ObjectStat> objects = memory.list(Lease.PREFIX + session + "/")) {
      return objects.map(object -> Long.valueOf(object.name().last())).sorted().toList();
    }
  }

  /** What others judge by. */
  private Duration leftByTheStorage() {
    try (Stream<ObjectStat> objects = memory.list(Lease.PREFIX + session + "/")) {
      Instant newest = objects.map(ObjectStat::time).max(Instant::compareTo).orElseThrow();
      return Duration.between(memory.now(), newest.plus(LENGTH));
    }
  }

  private void assertAlive() {
    assertThatCode(lease::check).doesNotThrowAnyException();
    assertThat(leftByTheStorage()).isPositive();
  }

  @Test
  void aLeaseIsRenewedByThirdsAndTheLastTwoObjectsStay() {
    assertThat(numbers()).containsExactly(0L);
    timer.advance(THIRD.minusNanos(1));
    assertThat(numbers()).containsExactly(0L);
    timer.advance(Duration.ofNanos(1));
    assertThat(numbers()).containsExactly(0L, 1L);
    timer.advance(THIRD.multipliedBy(50));
    assertThat(numbers()).containsExactly(50L, 51L);
    assertAlive();
  }

  @ParameterizedTest
  @EnumSource(names = {"PUT", "GET"})
  void aFailureThatPassesInTimeCostsNothing(Call call) {
    outage(call, "");
    timer.advance(LENGTH.minusSeconds(40));
    assertAlive();
    store.heal();
    timer.advance(Duration.ofSeconds(30));
    assertThat(leftByTheStorage()).isGreaterThanOrEqualTo(LENGTH.minusSeconds(30));
    timer.advance(LENGTH.multipliedBy(3));
    assertAlive();
    assertThat(numbers()).hasSize(2);
  }

  @Test
  void pausesGrowAndAreBounded() {
    List<Duration> attempts = outage(Call.PUT, Lease.PREFIX);
    timer.advance(LENGTH.minusNanos(1));
    assertAlive();
    List<Duration> pauses = new ArrayList<>();
    for (int i = 1; i < attempts.size(); i++) {
      pauses.add(attempts.get(i).minus(attempts.get(i - 1)));
    }
    assertThat(attempts.getFirst()).isEqualTo(THIRD);
    assertThat(pauses.subList(0, 6))
        .extracting(Duration::toSeconds)
        .containsExactly(1L, 2L, 4L, 8L, 16L, 30L);
    assertThat(pauses).isSorted().hasSizeLessThan(30);
    assertThat(attempts.getLast()).isGreaterThan(LENGTH.minusSeconds(31));
  }

  @Test
  void aLeaseThatCannotBeRenewedInTimeEndsTheSessionAndSaysWhy() {
    List<Duration> attempts = outage(Call.PUT, Lease.PREFIX);
    timer.advance(LENGTH);
    int made = attempts.size();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(lease::check)
          .isInstanceOfSatisfying(
              LeaseExpiredException.class,
              e -> assertThat(e.category()).isEqualTo(FailureCategory.UNAVAILABLE))
          .hasMessageContainingAll(backup.value(), "900 s", "the storage is away");
      store.heal();
      timer.advance(LENGTH);
    }
    assertThat(attempts).hasSize(made);
    assertThat(numbers()).as("it does not come back to life").containsExactly(0L);
    assertThatThrownBy(lease::renewNow).isInstanceOf(LeaseExpiredException.class);
  }

  /** The storage stamps an object at the end of a slow put; what counts is when it was sent. */
  @Test
  void theTimeLeftIsJudgedFromBeforeThePutWasSent() {
    Duration slow = Duration.ofMinutes(4);
    InstantSource stamps =
        () -> {
          timer.skip(slow);
          return timer.clock().instant();
        };
    FaultyStore slowly = new FaultyStore(new MemoryStore(stamps.withZone(ZoneOffset.UTC)));
    try (Lease slowLease = start(slowly)) {
      slowly.failFrom(Call.PUT, 1, "", () -> new StorageUnavailableException("away", "", null));
      timer.advance(LENGTH.minus(slow).minusNanos(1));
      assertThatCode(slowLease::check).doesNotThrowAnyException();
      timer.advance(Duration.ofNanos(1));
      assertThatThrownBy(slowLease::check).isInstanceOf(LeaseExpiredException.class);
    }
  }

  @Test
  void aFencedSessionEndsAtOnceAndSaysByWhom() {
    fence(backup);
    timer.advance(THIRD);
    assertFenced();
    assertThat(timer.isIdle()).isTrue();
    assertThat(numbers()).containsExactly(0L);
  }

  @Test
  void aSessionThatWasFencedDuringAnOutageEndsAtTheFirstAttemptThatGetsThrough() {
    outage(Call.GET, BackupName.PREFIX);
    timer.advance(THIRD.plusSeconds(100));
    fence(backup);
    store.heal();
    timer.advance(Duration.ofSeconds(30));
    assertFenced();
  }

  @Test
  void aProcessThatWasStoppedPastItsLeaseSaysWhetherItWasFenced() {
    timer.skip(LENGTH);
    fence(backup);
    assertFenced();
    timer.advance(Duration.ZERO);
    assertThat(numbers()).containsExactly(0L);
  }

  @Test
  void aProcessThatWasStoppedPastItsLeaseEndsAlsoWhenNobodyNoticed() {
    timer.skip(LENGTH);
    timer.advance(Duration.ZERO);
    assertThatThrownBy(lease::check)
        .isInstanceOf(LeaseExpiredException.class)
        .hasMessageContaining("stopped for too long");
    assertThat(numbers()).containsExactly(0L);
  }

  @Test
  void aFailureThatWillNotPassEndsTheSessionAtOnce() {
    StorageException refused = new StorageAccessException("refused", "", null);
    store.failFrom(Call.PUT, 1, Lease.PREFIX, () -> refused);
    timer.advance(THIRD);
    assertThatThrownBy(lease::check).isSameAs(refused);
    assertThat(timer.isIdle()).isTrue();
  }

  @Test
  void anAnswerThatGotLostLeavesNothingBehind() {
    outage(Call.PUT, Lease.PREFIX);
    store.losingAnswers();
    timer.advance(THIRD.plusSeconds(20));
    assertThat(numbers()).hasSizeGreaterThan(4);
    store.heal();
    timer.advance(THIRD.multipliedBy(2));
    assertThat(numbers()).hasSize(2);
    assertAlive();
  }

  @Test
  void anObjectThatCannotBeDeletedIsDeletedLater() {
    outage(Call.DELETE, Lease.PREFIX);
    timer.advance(THIRD.multipliedBy(4));
    assertThat(numbers()).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertAlive();
    store.heal();
    timer.advance(THIRD);
    assertThat(numbers()).containsExactly(4L, 5L);
  }

  @Test
  void theRenewalBeforeTheCommitIsRepeatedToo() {
    List<Duration> attempts = new ArrayList<>();
    store.failFrom(
        Call.PUT,
        1,
        Lease.PREFIX,
        () -> {
          attempts.add(timer.passed());
          if (attempts.size() == 3) {
            store.heal();
          }
          return new StorageUnavailableException("the storage is away", "", null);
        });
    Instant time = lease.renewNow();
    assertThat(attempts).hasSize(3).isSorted().doesNotHaveDuplicates();
    assertThat(time).isEqualTo(memory.now());
    assertAlive();
  }

  @Test
  void aFencedSessionTakesNoMoreChunks() throws IOException {
    try (Repository repository =
            new Repository(
                store,
                new FixedKeys(1),
                FixedKeys.secrets(2),
                new RepositoryOptions(
                    directory,
                    Compression.DEFAULT,
                    LENGTH,
                    2,
                    "here",
                    "test",
                    timer.clock(),
                    new SecureRandom()),
                () -> timer);
        BackupSession writer = repository.startBackup(WriteAndReadTest.plan());
        ContentBuilder content = writer.content()) {
      byte[] chunk = new byte[300_000];
      random.nextBytes(chunk);
      content.data(new ByteArrayInputStream(chunk)::read, Long.MAX_VALUE);
      fence(writer.backup());
      timer.advance(THIRD);
      assertThatThrownBy(
              () -> {
                content.data(new ByteArrayInputStream(chunk)::read, Long.MAX_VALUE);
                content.finish();
              })
          .isInstanceOf(FencedException.class)
          .hasMessageContaining("another fenced it");
      assertThatThrownBy(() -> writer.commit(List.of(), null)).isInstanceOf(FencedException.class);
    }
  }

  private void fence(BackupName which) {
    new Records(memory, new FixedKeys(1), random)
        .put(
            ObjectKind.TOMBSTONE,
            which.object(),
            new Tombstone(session, "it was slow", "another", Instant.EPOCH)::writeTo);
  }

  private void assertFenced() {
    assertThatThrownBy(lease::check)
        .isInstanceOf(FencedException.class)
        .hasMessageContainingAll(backup.value(), "another fenced it");
  }
}
