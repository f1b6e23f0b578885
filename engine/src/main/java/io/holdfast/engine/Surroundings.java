package io.holdfast.engine;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * What every operation needs from outside.
 *
 * @param clock the client's time
 * @param random a source that nobody can predict
 * @param secrets where references to secrets are resolved
 * @param version of the product, recorded with each backup
 * @param client the name of this host, recorded with each backup
 * @param cache a local directory for copies of indexes; may be deleted at any time
 * @param temporary a local directory for temporary files
 * @param lease how long a backup that this process makes counts as alive after it was last heard of
 * @param accesses told of every access to the content of backups, before it begins
 */
public record Surroundings(
    Clock clock,
    RandomGenerator random,
    ResolveSecrets secrets,
    String version,
    String client,
    Path cache,
    Path temporary,
    Duration lease,
    Consumer<ContentAccess> accesses) {}
