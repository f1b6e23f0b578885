/** Everything a user can ask for, as plain Java. */
@NullMarked
package io.holdfast.engine;

import org.jspecify.annotations.NullMarked;
