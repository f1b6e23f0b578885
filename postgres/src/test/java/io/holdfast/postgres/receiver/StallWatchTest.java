package io.holdfast.postgres.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.wal.Lsn;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When commits have waited too long. */
class StallWatchTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final StallWatch watch = new StallWatch(Duration.ofSeconds(10));

  private boolean stalled(long seconds, long written, long confirmed) {
    return watch.isStalled(
        new Lsn(written), confirmed < 0 ? null : new Lsn(confirmed), seconds * SECOND);
  }

  @Test
  void whoIsFarBehindButGoesOnIsNotStalled() {
    for (int second = 0; second < 100; second += 5) {
      assertThat(stalled(second, 1000L + second * 100L, 1000L + (second - 5) * 100L)).isFalse();
    }
    assertThat(watch.keepsUp()).isTrue();
  }

  @Test
  void whoStandsStillIsStalledWhenPatienceEnds() {
    assertThat(stalled(0, 1000, 900)).isFalse();
    assertThat(stalled(10, 2000, 999)).isFalse();
    assertThat(watch.keepsUp()).isFalse();
    assertThat(stalled(11, 2000, 999)).isTrue();
    assertThat(stalled(12, 2000, 1000)).as("what was waited for is there").isFalse();
    assertThat(stalled(13, 2000, 1999)).isFalse();
    assertThat(stalled(23, 2000, 1999)).isTrue();
  }

  @Test
  void whoIsNotConnectedIsStalledAlsoWhereNothingIsWritten() {
    assertThat(stalled(0, 1000, -1)).isFalse();
    assertThat(stalled(11, 1000, -1)).isTrue();
  }

  @Test
  void anIdleServerIsNotStalled() {
    assertThat(stalled(0, 1000, 1000)).isFalse();
    assertThat(stalled(100, 1000, 1000)).isFalse();
  }

  /** A standby that was promoted may be behind what the old primary had written. */
  @Test
  void anotherServerBeginsAnew() {
    assertThat(stalled(0, 5000, 4000)).isFalse();
    assertThat(stalled(11, 3000, -1)).isFalse();
    assertThat(stalled(12, 3000, 3000)).isFalse();
    assertThat(watch.keepsUp()).isTrue();
  }
}
