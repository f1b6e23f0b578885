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
 * @param serverBytes how much the server may keep for the receiver while the spool is full; after
 *     that it is let go, with a gap in the log, so that the server's disk does not fill
 * @param sealInterval after which what is new of the running segment is stored, at most
 * @param recordInterval after which what was stored is recorded as a transaction backup
 * @param flushInterval after which what has come in is made durable in the spool, at most
 * @param synchronous whether commits are to wait until what they wrote is durable in the spool
 * @param stallLimit how long commits may wait at most; then they do not any more until the receiver
 *     keeps up
 */
public record WalReceiverOptions(
    String source,
    String slot,
    Path spool,
    long spoolBytes,
    long serverBytes,
    Duration sealInterval,
    Duration recordInterval,
    Duration flushInterval,
    boolean synchronous,
    Duration stallLimit,
    Clock clock) {
  /** Twice ten gigabytes, a minute, a quarter of an hour, half a second; not synchronous. */
  public static WalReceiverOptions of(String source, String slot, Path spool) {
    return new WalReceiverOptions(
        source,
        slot,
        spool,
        10L << 30,
        10L << 30,
        Duration.ofMinutes(1),
        Duration.ofMinutes(15),
        Duration.ofMillis(500),
        false,
        Duration.ofSeconds(10),
        Clock.systemUTC());
  }
}
