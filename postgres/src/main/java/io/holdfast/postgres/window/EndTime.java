package io.holdfast.postgres.window;

import io.holdfast.postgres.wal.Lsn;
import io.holdfast.postgres.wal.Timeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.RepositoryException;
import io.holdfast.repository.WalArchive;
import io.holdfast.repository.WalNote;
import io.holdfast.repository.WalPeriod;
import io.holdfast.storage.StorageException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks up which moment of the server's clock a position of its log stands for. */
public final class EndTime {
  /** How far behind a position its time is looked for. */
  private static final int SEGMENTS_BACK = 16;

  private final WalArchive archive;
  private final List<String> warnings;

  /**
   * @param warnings takes what of the archive is damaged
   */
  public EndTime(WalArchive archive, List<String> warnings) {
    this.archive = archive;
    this.warnings = warnings;
  }

  /**
   * The moment of which is known that all commits up to then end at a position or before it.
   *
   * @param way on which the position lies
   * @param bases backups on the way that do not stop behind it; at least one
   * @return null where that is not known
   */
  public @Nullable Instant of(TimelineHistory way, Lsn end, Collection<BasePoint> bases) {
    Instant latest = null;
    Lsn first = end;
    for (BasePoint base : bases) {
      latest = later(latest, base.stopped());
      first = base.stop().isBefore(first) ? base.stop() : first;
    }
    Lsn at = end;
    for (int segments = 0; segments < SEGMENTS_BACK && first.isBefore(at); segments++) {
      Timeline timeline = way.at(at.plus(-1));
      WalSegmentName segment =
          WalSegmentName.containing(timeline, at.plus(-1), archive.log().segmentSize());
      Instant known = noted(segment, (int) at.minus(segment.start()));
      if (segments == 0) {
        known = later(known, recorded(timeline, at));
      }
      if (known != null) {
        return later(latest, known);
      }
      at = segment.start();
    }
    return latest;
  }

  /** What the last record of the log before a position tells. */
  private @Nullable Instant recorded(Timeline timeline, Lsn position) {
    return archive
        .lastComplete(
            timeline.id(),
            position.value(),
            damaged -> warnings.add(String.valueOf(damaged.getMessage())))
        .map(WalPeriod::complete)
        .orElse(null);
  }

  /**
   * What the pieces of a segment tell of a position, or of the last before it that they tell of.
   */
  private @Nullable Instant noted(WalSegmentName segment, int to) {
    List<WalArchive.StoredPiece> pieces;
    try (Stream<WalArchive.StoredPiece> all = archive.piecesOf(segment.toString())) {
      pieces =
          all.filter(is -> is.piece().to() <= to)
              .sorted(
                  Comparator.comparingInt((WalArchive.StoredPiece is) -> is.piece().to())
                      .reversed())
              .toList();
    }
    for (WalArchive.StoredPiece stored : pieces) {
      try {
        WalNote note = archive.note(stored);
        Instant known = later(note.lastCommit(), note.complete());
        if (known != null) {
          return known;
        }
      } catch (RepositoryException | StorageException e) {
        warnings.add(String.valueOf(e.getMessage()));
      }
    }
    return null;
  }

  private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || (other != null && one.isBefore(other))) {
      return other;
    }
    return one;
  }
}
