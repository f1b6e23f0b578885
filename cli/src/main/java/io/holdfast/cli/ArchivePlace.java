package io.holdfast.cli;

import java.nio.file.Path;

/**
 * Where a server's log is archived.
 *
 * @param configuration the file
 * @param source name of a database in it; empty: the only one
 * @param repository name of a repository in it; empty: the only one
 */
record ArchivePlace(Path configuration, String source, String repository) {}
