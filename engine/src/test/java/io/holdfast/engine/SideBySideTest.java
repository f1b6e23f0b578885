package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.repository.CancelledException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SideBySideTest {
  @Test
  void resultsComeInTheOrderOfTheItems() {
    assertThat(new SideBySide().run(List.of(3, 1, 2), i -> i * 10)).containsExactly(30, 10, 20);
    assertThat(new SideBySide().run(List.of(), i -> i)).isEmpty();
  }

  @Test
  void theFirstFailureInterruptsTheOthersAndWaitsForThem() {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch waiting = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                new SideBySide()
                    .run(
                        List.of("waits", "fails"),
                        item -> {
                          if (item.equals("fails")) {
                            await(waiting);
                            throw new IllegalArgumentException("the reason");
                          }
                          try {
                            waiting.countDown();
                            await(new CountDownLatch(1));
                          } finally {
                            ended.set(true);
                          }
                          return item;
                        }))
        .hasMessage("the reason");
    assertThat(ended).isTrue();
  }

  @Test
  void anErrorIsThrownAsItIs() {
    Error error = new ExceptionInInitializerError("missing");
    assertThatThrownBy(
            () ->
                new SideBySide()
                    .run(
                        List.of(1),
                        _ -> {
                          throw error;
                        }))
        .isSameAs(error);
  }

  @Test
  void anInterruptOfTheCallerEndsEverything() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                new SideBySide()
                    .run(
                        List.of("waits"),
                        item -> {
                          await(new CountDownLatch(1));
                          return item;
                        }))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
