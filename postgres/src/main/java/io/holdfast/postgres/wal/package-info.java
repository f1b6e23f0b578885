/** The write-ahead log: its positions and segments, and what its records say. */
@NullMarked
package io.holdfast.postgres.wal;

import org.jspecify.annotations.NullMarked;
