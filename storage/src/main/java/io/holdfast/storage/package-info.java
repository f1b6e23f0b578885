/** Where objects are kept: the object store contract and its drivers. */
@NullMarked
package io.holdfast.storage;

import org.jspecify.annotations.NullMarked;
