package io.holdfast.postgres.recovery;

import io.holdfast.postgres.wal.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param inclusive whether the target itself belongs to it: what was committed at that very moment,
 *     the record at that position, the transaction. A server means the same
 *     (recovery_target_inclusive)
 * @param timeline on the way to which the target lies; null for the newest
 */
public record RecoveryRequest(
    RecoveryTarget target, boolean inclusive, @Nullable Timeline timeline) {}
