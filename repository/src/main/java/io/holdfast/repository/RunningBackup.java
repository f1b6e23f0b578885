package io.holdfast.repository;

import java.time.Instant;

/**
 * A backup that is being made.
 *
 * @param id what it will be called
 * @param client name of the host that makes it
 * @param started by the clock of that host, to the second
 */
public record RunningBackup(BackupName id, String policy, String client, Instant started) {}
