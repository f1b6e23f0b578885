package io.holdfast.benchmarks;

import java.nio.file.Path;

/**
 * A file to be made.
 *
 * @param path relative to the root of the tree
 * @param size in bytes
 * @param mode permission bits
 * @param modified in nanoseconds since 1970
 */
record PlannedFile(Path path, long size, FileContent content, int mode, long modified) {}
