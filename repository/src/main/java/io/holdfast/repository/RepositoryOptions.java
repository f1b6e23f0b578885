package io.holdfast.repository;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How this process works with a repository.
 *
 * @param cache local directory for the index; may be deleted at any time
 * @param compression of what is written
 * @param lease how long a writer counts as alive after it was last heard of: a second to a day
 * @param parallelism threads that hash, compress, seal and open
 * @param client name of this host, for records
 * @param version of this program, for records
 * @param random a source that nobody can predict
 */
public record RepositoryOptions(
    Path cache,
    Compression compression,
    Duration lease,
    int parallelism,
    String client,
    String version,
    Clock clock,
    RandomGenerator random) {
  /** Long enough for a pause of the storage or of the machine, short enough not to keep data. */
  public static final Duration DEFAULT_LEASE = Duration.ofMinutes(15);

  public RepositoryOptions {
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism of " + parallelism);
    }
    if (lease.toSeconds() < 1 || lease.compareTo(SessionRecord.LONGEST_LEASE) > 0) {
      throw new IllegalArgumentException("a lease of " + lease);
    }
  }
}
