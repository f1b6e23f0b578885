package io.holdfast.postgres;

import io.holdfast.posix.BytePath;

/**
 * A tablespace of a restored cluster.
 *
 * @param place where it is now
 * @param before where it was in the cluster that was backed up
 */
public record PlacedTablespace(long oid, BytePath place, BytePath before) {}
