/** Backing up and restoring file trees. */
@NullMarked
package io.holdfast.files;

import org.jspecify.annotations.NullMarked;
