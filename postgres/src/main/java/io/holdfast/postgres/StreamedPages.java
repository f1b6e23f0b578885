package io.holdfast.postgres;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.ByteSource;
import org.jspecify.annotations.Nullable;

/**
 * How the relation files of a streamed cluster are made up and checked.
 *
 * @param segmentPages pages of a full segment file
 * @param again for a second look at pages that seem damaged; null where the role may not
 */
record StreamedPages(
    long segmentPages,
    PageVerifier verifier,
    DamageReport damage,
    @Nullable ReadPageOverSql again) {

  int pageSize() {
    return verifier.pageSize();
  }

  RelationPages verify(BytePath path, RelationFile relation, ByteSource file) {
    ReadPageOverSql reader = again;
    return new RelationPages(
        path,
        relation,
        relation.segment() * segmentPages,
        verifier,
        file,
        damage,
        reader == null ? null : (position, to, offset) -> reader.read(path, position, to, offset));
  }
}
