/** What can be recovered: from when to when, on which timeline, and what is missing. */
@NullMarked
package io.holdfast.postgres.window;

import org.jspecify.annotations.NullMarked;
