package io.holdfast.engine;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SourceRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the backup that a new one is compared with holds of each source. */
final class PreviousSources {
  private final ContentGate.@Nullable Opened opened;

  PreviousSources(Repository repository, Surroundings surroundings, @Nullable BackupRecord base) {
    this.opened =
        base == null
            ? null
            : new ContentGate(repository, surroundings)
                .open(ContentAccess.Purpose.COMPARE, base, base.sources(), List.of());
  }

  SourceReader.@Nullable Previous of(String source) {
    if (opened == null) {
      return null;
    }
    for (SourceRecord record : opened.sources()) {
      if (record.name().equals(source)) {
        return new SourceReader.Previous(record, opened.manifest(record));
      }
    }
    return null;
  }
}
