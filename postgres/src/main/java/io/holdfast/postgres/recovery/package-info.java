/** To which moment a cluster is recovered, from which backup, and with which write-ahead log. */
@NullMarked
package io.holdfast.postgres.recovery;

import org.jspecify.annotations.NullMarked;
