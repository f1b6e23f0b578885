/** Makes data to measure with: the same bytes for the same seed, on every machine. */
@NullMarked
package io.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
