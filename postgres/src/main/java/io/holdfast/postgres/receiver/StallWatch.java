package io.holdfast.postgres.receiver;

import io.holdfast.postgres.wal.Lsn;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells from what is seen of a server again and again whether commits have waited too long for a
 * standby. For one thread.
 */
final class StallWatch {
  private final Duration patience;
  private @Nullable Lsn target;
  private long since;
  private boolean keepsUp;

  StallWatch(Duration patience) {
    this.patience = patience;
  }

  /**
   * Looks at what is seen now.
   *
   * @param written up to where the server's WAL goes: a commit may wait for that
   * @param confirmed up to where the standby has it; null if there is none
   * @param now of {@link System#nanoTime}
   * @return whether something has been waited for for longer than the patience lasts
   */
  boolean isStalled(Lsn written, @Nullable Lsn confirmed, long now) {
    Lsn awaited = target;
    keepsUp = awaited != null && confirmed != null && !confirmed.isBefore(awaited);
    if (awaited == null || keepsUp || written.isBefore(awaited)) { // at last: it is another server
      target = written;
      since = now;
    }
    return now - since > patience.toNanos();
  }

  /** Whether the standby has all that the server had written when it was looked at before. */
  boolean keepsUp() {
    return keepsUp;
  }
}
