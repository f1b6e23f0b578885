package io.holdfast.engine;

import java.time.Clock;

/**
 * What every operation needs from outside.
 *
 * @param clock the client's time
 * @param secrets where references to secrets are resolved
 * @param version of the product, recorded with each backup
 * @param client the name of this host, recorded with each backup
 */
public record Surroundings(Clock clock, ResolveSecrets secrets, String version, String client) {}
