package io.holdfast.storage;

import java.time.Instant;

/**
 * An object as the storage sees it.
 *
 * @param size in bytes
 * @param time by the storage's clock, when its content was received: never later than the moment it
 *     could first be seen, possibly a little earlier
 */
public record ObjectStat(ObjectName name, long size, Instant time) {}
