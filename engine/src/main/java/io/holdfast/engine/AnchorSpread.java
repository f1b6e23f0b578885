package io.holdfast.engine;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How far apart the database and the files of one backup are in time. */
final class AnchorSpread {
  private AnchorSpread() {}

  /** The largest distance between the anchor and a moment at which a tree was being read. */
  static Optional<Duration> of(BackupRecord.@Nullable Anchor anchor, List<SourceRecord> sources) {
    if (anchor == null) {
      return Optional.empty();
    }
    Instant moment = anchor.time();
    return sources.stream()
        .filter(source -> source.type() != SourceType.DATABASE)
        .flatMap(source -> Stream.of(source.started(), source.finished()))
        .map(time -> Duration.between(moment, time).abs())
        .max(Comparator.naturalOrder());
  }
}
