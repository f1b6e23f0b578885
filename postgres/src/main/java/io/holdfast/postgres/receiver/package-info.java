/** Receives the WAL of a cluster while it is written, and stores it in a repository. */
@NullMarked
package io.holdfast.postgres.receiver;

import org.jspecify.annotations.NullMarked;
