package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class InOrderTest {
  @Test
  void anInterruptSaysWhatWasCancelled() throws InterruptedException {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(1);
        InOrder<Integer> tasks = new InOrder<>("reading a test", pool, 4, result -> {})) {
      tasks.submit(
          () -> {
            mayEnd.await();
            return 1;
          });
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(CancelledException.class)
          .isThrownBy(tasks::finish)
          .withMessage("reading a test was cancelled");
      assertThat(Thread.interrupted()).isTrue();
      mayEnd.countDown();
    }
  }

  @Test
  void closingWaitsForTasksThatRunAndInterruptsNone() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicBoolean undisturbed = new AtomicBoolean();
    try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
      InOrder<Integer> tasks = new InOrder<>("the test", pool, 4, result -> {});
      tasks.submit(
          () -> {
            started.countDown();
            mayEnd.await();
            undisturbed.set(true);
            return 1;
          });
      AtomicBoolean second = new AtomicBoolean();
      tasks.submit(
          () -> {
            second.set(true);
            return 2;
          });
      started.await();
      Thread closer = Thread.ofPlatform().start(tasks::close);
      while (closer.getState() != Thread.State.WAITING && closer.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(closer.isAlive()).isTrue();
      mayEnd.countDown();
      closer.join();
      assertThat(undisturbed).isTrue();
      assertThat(second).isFalse();
    }
  }
}
