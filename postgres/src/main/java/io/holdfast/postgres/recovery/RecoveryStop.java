package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a recovery ends: proven by reading every record up to there.
 *
 * @param timeline on which it ends
 * @param end behind the last record that is replayed
 * @param record start of that record; null if there is none behind the backup's own stop
 * @param lastCommit the time of the last commit in it, or of the backup's stop if none is behind
 *     that
 */
public record RecoveryStop(Timeline timeline, Lsn end, @Nullable Lsn record, Instant lastCommit) {}
