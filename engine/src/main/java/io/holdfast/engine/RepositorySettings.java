package io.holdfast.engine;

import io.holdfast.repository.Compression;
import java.nio.file.Path;

/**
 * A repository as the configuration names it.
 *
 * @param path its directory, absolute
 * @param key what opens it
 */
public record RepositorySettings(
    String name, Path path, KeySettings key, Compression compression) {}
