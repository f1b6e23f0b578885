package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class CipherWarmUpTest {
  @Test
  void runsAsideAndEnds() throws InterruptedException {
    Thread thread = CipherWarmUp.start();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
  }

  @Test
  void endsWhenInterrupted() throws InterruptedException {
    Thread thread = CipherWarmUp.start();
    thread.interrupt();
    assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
  }
}
