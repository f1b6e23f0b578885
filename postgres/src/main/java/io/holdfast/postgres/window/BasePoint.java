package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import java.time.Instant;

/**
 * A backup of a cluster, as recovery begins with it. It holds the WAL up to its stop itself.
 *
 * @param id of the backup
 * @param timeline on which it stopped
 * @param stop the first position at which it is consistent
 * @param stopped the time of that position, by the server's clock
 */
public record BasePoint(String id, Timeline timeline, Lsn stop, Instant stopped) {}
