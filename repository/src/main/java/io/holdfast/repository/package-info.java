/** The encrypted, deduplicating repository: keys, chunks, packs, index, backups. */
@NullMarked
package io.holdfast.repository;

import org.jspecify.annotations.NullMarked;
