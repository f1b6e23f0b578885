/** Backing up and restoring PostgreSQL clusters. */
@NullMarked
package io.holdfast.postgres;

import org.jspecify.annotations.NullMarked;
