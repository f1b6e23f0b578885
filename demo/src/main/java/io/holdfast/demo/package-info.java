/** A sample platform with data, to try Holdfast on and to test it against. */
@NullMarked
package io.holdfast.demo;

import org.jspecify.annotations.NullMarked;
