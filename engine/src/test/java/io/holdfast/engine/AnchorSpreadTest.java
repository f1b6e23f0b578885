package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.BackupRecord;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ManifestRef;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnchorSpreadTest {
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  private static final BackupRecord.Anchor ANCHOR = new BackupRecord.Anchor("0/1000028", NOON);

  private static SourceRecord source(SourceType type, long started, long finished) {
    return new SourceRecord(
        "any",
        type,
        new ManifestRef(ChunkId.of(new byte[32]), 0, 0, 0),
        NOON.plusSeconds(started),
        NOON.plusSeconds(finished),
        Map.of(),
        List.of(),
        0,
        Map.of());
  }

  @Test
  void withoutADatabaseThereIsNothingToBeApartFrom() {
    assertThat(AnchorSpread.of(null, List.of(source(SourceType.FILES, -9, 9)))).isEmpty();
  }

  @Test
  void withoutFilesNothingIsApart() {
    assertThat(AnchorSpread.of(ANCHOR, List.of(source(SourceType.DATABASE, -60, 0)))).isEmpty();
  }

  @Test
  void itIsTheLargestDistanceBeforeOrAfterTheAnchor() {
    assertThat(AnchorSpread.of(ANCHOR, List.of(source(SourceType.FILES, -7, -3))))
        .contains(Duration.ofSeconds(7));
    assertThat(AnchorSpread.of(ANCHOR, List.of(source(SourceType.FILES, -2, 5))))
        .contains(Duration.ofSeconds(5));
    assertThat(AnchorSpread.of(ANCHOR, List.of(source(SourceType.CONFIG, 4, 11))))
        .contains(Duration.ofSeconds(11));
  }

  @Test
  void ofSeveralTreesTheFarthestCountsAndTheDatabaseItselfDoesNot() {
    assertThat(
            AnchorSpread.of(
                ANCHOR,
                List.of(
                    source(SourceType.DATABASE, -3600, 0),
                    source(SourceType.FILES, -3, 1),
                    source(SourceType.CONFIG, -8, -8))))
        .contains(Duration.ofSeconds(8));
  }
}
