package io.holdfast.postgres.receiver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.Eventually;
import io.holdfast.postgres.recovery.CheckLog;
import io.holdfast.postgres.wal.Lsn;
import io.holdfast.repository.WalNote;
import io.holdfast.storage.ObjectName;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log that was received is checked, whole and damaged in each way there is. */
class ArchivedLogCheckTest extends ReceiverFixture {
  private final Random random = new Random();

  @BeforeEach
  void receive() {
    try (RunningReceiver receiver = receiver()) {
      Eventually.holds(() -> !receiver.streamed.isEmpty());
      for (int part = 0; part < 3; part++) {
        Lsn end = write(100);
        Eventually.holds(() -> !receiver.stored().isBefore(end));
      }
      Lsn end = write(5000);
      Eventually.holds(() -> !receiver.stored().isBefore(end));
    }
  }

  private CheckLog.Found check() {
    return new CheckLog(archive(), bytes -> {}).run();
  }

  @Test
  void whatWasReceivedIsSoundAndEachPieceIsReadOnce() {
    AtomicLong read = new AtomicLong();
    CheckLog.Found found = new CheckLog(archive(), read::addAndGet).run();
    assertThat(found.problems()).isEmpty();
    assertThat(found.records()).isGreaterThan(5000);
    assertThat(found.pieces()).isEqualTo(objects("[0-9A-F]{24}.*").size());
    assertThat(found.bytes()).isEqualTo(read.get());
  }

  @Test
  void aPieceThatIsDamagedIsNamedAndTheOthersAreReadAllTheSame() {
    CheckLog.Found sound = check();
    for (ObjectName damaged : List.of(whole().get(1), objects(".*\\.0.*").getFirst())) {
      byte[] bytes = store.get(damaged, 64 << 20);
      byte[] broken = bytes.clone();
      broken[random.nextInt(bytes.length)] ^= 1;
      store.replace(damaged, broken);
      CheckLog.Found found = check();
      assertThat(found.problems()).hasSize(1);
      assertThat(found.problems().getFirst()).contains(damaged.last());
      assertThat(found.pieces()).isEqualTo(sound.pieces());
      store.replace(damaged, bytes);
    }
  }

  @Test
  void aSegmentWhoseRecordsDoNotFollowIsNamed() {
    ObjectName middle = whole().get(2);
    String segment = middle.last().substring(0, 24);
    store.delete(middle);
    archive()
        .put(segment, 0, new byte[SEGMENT], 0, SEGMENT, new WalNote(Instant.now(), null, null));
    CheckLog.Found found = check();
    assertThat(found.problems()).hasSize(1);
    assertThat(found.problems().getFirst()).contains("timeline 1 has at").contains("empty page");
  }

  @Test
  void whatWasRecordedAsStoredAndIsGoneIsNamed() {
    store.delete(whole().get(2));
    assertThat(check().problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem).contains("is not there any more"));
  }

  @Test
  void aTimelineThatBeginsAmidARecordIsNamed() {
    Lsn end = stored(ONE).getFirst().to();
    archive().putHistory(2, ("1\t" + end.plus(-SEGMENT - 4) + "\tmade up\n").getBytes(US_ASCII));
    assertThat(check().problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem).contains("where no record of timeline 1 ends"));
  }

  @Test
  void historiesThatContradictEachOtherAreNamed() {
    archive().putHistory(2, "1\t0/1000028\tone\n".getBytes(US_ASCII));
    archive().putHistory(3, "1\t0/2000028\tother\n2\t0/3000028\ttwo\n".getBytes(US_ASCII));
    assertThat(check().problems())
        .anySatisfy(problem -> assertThat(problem).contains("different ways to timeline 2"));
  }
}
