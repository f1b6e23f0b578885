package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.storage.FaultyStore.Call;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RetryingStoreTest {
  private static final ObjectName NAME = ObjectName.of("object");
  private static final RetryingStore.Policy POLICY =
      new RetryingStore.Policy(5, Duration.ofMillis(100), Duration.ofMillis(300));

  private final MemoryStore memory = new MemoryStore();
  private final FaultyStore faulty = new FaultyStore(memory);
  private final List<Duration> pauses = new ArrayList<>();
  private final RetryingStore store = new RetryingStore(faulty, POLICY, pauses::add, new Random(1));

  private static StorageUnavailableException passing() {
    return new StorageUnavailableException("not now", "", null);
  }

  private PutOutcome put() {
    return store.put(NAME, ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  @Test
  void aPassingFaultIsTriedAgain() {
    faulty.fail(Call.PUT, 1, RetryingStoreTest::passing);
    faulty.fail(Call.PUT, 2, RetryingStoreTest::passing);
    assertThat(put()).isEqualTo(PutOutcome.CREATED);
    assertThat(store.get(NAME)).containsExactly(1, 2, 3);
    assertThat(pauses).hasSize(2);
  }

  @Test
  void pausesGrowUpToALimit() {
    faulty.failFrom(Call.PUT, 1, "", RetryingStoreTest::passing);
    assertThatExceptionOfType(StorageUnavailableException.class).isThrownBy(this::put);
    assertThat(faulty.count(Call.PUT)).isEqualTo(5);
    assertThat(pauses).hasSize(4);
    long[] longest = {100, 200, 300, 300};
    for (int i = 0; i < longest.length; i++) {
      assertThat(pauses.get(i).toMillis()).isBetween(longest[i] / 2, longest[i]);
    }
  }

  @Test
  void otherFaultsAreNot() {
    faulty.fullFrom(1);
    assertThatExceptionOfType(StorageFullException.class).isThrownBy(this::put);
    assertThatExceptionOfType(ObjectNotFoundException.class).isThrownBy(() -> store.get(NAME));
    assertThat(pauses).isEmpty();
  }

  @Test
  void aLostAnswerIsFoundToHaveBeenStored() {
    faulty.losingAnswers().fail(Call.PUT, 1, RetryingStoreTest::passing);
    assertThat(put()).isEqualTo(PutOutcome.EXISTS);
    assertThat(memory.get(NAME)).containsExactly(1, 2, 3);
  }

  @Test
  void anInterruptEndsTheWaiting() {
    RetryingStore interrupted =
        new RetryingStore(
            faulty,
            POLICY,
            d -> {
              throw new InterruptedException();
            },
            new Random(1));
    faulty.failFrom(Call.GET, 1, "", RetryingStoreTest::passing);
    assertThatExceptionOfType(StorageInterruptedException.class)
        .isThrownBy(() -> interrupted.get(NAME));
    assertThat(Thread.interrupted()).isTrue();
  }
}
