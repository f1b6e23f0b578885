/** What a server's archive_command and restore_command do: segments come and go one by one. */
@NullMarked
package io.holdfast.postgres.archiving;

import org.jspecify.annotations.NullMarked;
