/** POSIX file system calls on byte paths. */
@NullMarked
package io.holdfast.posix;

import org.jspecify.annotations.NullMarked;
