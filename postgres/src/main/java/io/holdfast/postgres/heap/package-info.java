/** Rows as they lie in the pages of their table. */
@NullMarked
package io.holdfast.postgres.heap;

import org.jspecify.annotations.NullMarked;
