package io.holdfast.postgres.receiver;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * How WAL is received.
 *
 * @param source name of the source in the configuration
 * @param slot of the server; it is made where there is none
 * @param spool a directory of this source alone, for WAL that is not stored yet
 * @param spoolBytes how much of it may wait there
 * @param sealInterval after which what is new of the running segment is stored, at most
 * @param flushInterval after which what has come in is made durable in the spool, at most
 */
public record WalReceiverOptions(
    String source,
    String slot,
    Path spool,
    long spoolBytes,
    Duration sealInterval,
    Duration flushInterval,
    Clock clock) {
  /** Ten gigabytes, a minute, half a second. */
  public static WalReceiverOptions of(String source, String slot, Path spool) {
    return new WalReceiverOptions(
        source,
        slot,
        spool,
        10L << 30,
        Duration.ofMinutes(1),
        Duration.ofMillis(500),
        Clock.systemUTC());
  }
}
