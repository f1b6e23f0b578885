package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.WalEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a recovery ends: proven by reading every record up to there.
 *
 * @param timeline on which it ends
 * @param end behind the last record that is replayed
 * @param record start of that record; null if there is none behind the backup's own stop
 * @param lastCommit the time of the last commit in it, or of the backup's stop if none is behind
 *     that
 * @param tablespaces that are created on the way, again where they were at the source
 * @param limits the last limits that the server was given on the way; null if they stayed
 */
public record RecoveryStop(
    Timeline timeline,
    Lsn end,
    @Nullable Lsn record,
    Instant lastCommit,
    List<WalEvent.TablespaceCreated> tablespaces,
    WalEvent.@Nullable LimitsChanged limits) {
  public RecoveryStop {
    tablespaces = List.copyOf(tablespaces);
  }
}
