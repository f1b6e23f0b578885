package io.holdfast.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EarlySyncTest {
  @Test
  void aSyncStartsWheneverEnoughWasWritten() throws PosixException {
    AtomicInteger syncs = new AtomicInteger();
    EarlySync early = new EarlySync(syncs::incrementAndGet, 100);
    early.written(99);
    early.close();
    assertThat(syncs).hasValue(0);
    early.written(1);
    early.close();
    early.written(100);
    early.close();
    assertThat(syncs).hasValue(2);
    early.finish();
    assertThat(syncs).hasValue(3);
  }

  @Test
  void oneSyncRunsAtATimeAndTheLastFollowsIt() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger syncs = new AtomicInteger();
    EarlySync early =
        new EarlySync(
            () -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              syncs.incrementAndGet();
              started.countDown();
              await(go);
              atOnce.decrementAndGet();
            },
            1);
    early.written(1);
    started.await();
    early.written(1);
    early.written(1);
    go.countDown();
    early.finish();
    assertThat(most).hasValue(1);
    assertThat(syncs).hasValue(2);
  }

  @Test
  void whatAnEarlySyncMetIsThrownAtTheEndThoughTheLastWouldSucceed() {
    AtomicInteger syncs = new AtomicInteger();
    EarlySync early =
        new EarlySync(
            () -> {
              if (syncs.incrementAndGet() == 1) {
                throw new PosixException(Errno.EIO, "syncfs", BytePath.of("/x"));
              }
            },
            1);
    early.written(1);
    early.close();
    early.written(1);
    assertThatThrownBy(early::finish).isInstanceOf(PosixException.class);
  }

  @Test
  void anInterruptDoesNotLeaveASyncBehindAndStays() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    Thread closing = Thread.currentThread();
    AtomicInteger ended = new AtomicInteger();
    EarlySync early =
        new EarlySync(
            () -> {
              started.countDown();
              while (closing.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              ended.incrementAndGet();
            },
            1);
    early.written(1);
    started.await();
    Thread.currentThread().interrupt();
    early.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ended).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
