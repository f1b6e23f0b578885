package io.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.posix.BytePath;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Compression;
import io.holdfast.repository.ManifestRef;
import io.holdfast.repository.SourceRecord;
import io.holdfast.repository.SourceType;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreTargetsTest {
  @TempDir Path directory;

  private RestoreTargets targets() {
    RepositorySettings repository =
        new RepositorySettings(
            "main",
            directory.resolve("repository"),
            new KeySettings.KeyFile(directory.resolve("key")),
            Compression.DEFAULT);
    BytePath target = BytePath.of(directory.toString());
    return new RestoreTargets(RunRestore.Request.latest(repository, target), "r", "b");
  }

  private static SourceRecord source(String name) {
    return new SourceRecord(
        name,
        SourceType.FILES,
        new ManifestRef(ChunkId.of(new byte[32]), 0, 0, 0),
        Instant.EPOCH,
        Instant.EPOCH,
        Map.of(),
        List.of(),
        0,
        Map.of());
  }

  /** Whoever may replace has to sync each file before it takes the place of another. */
  @Test
  void aFirstAttemptReplacesNothing() {
    RestoreTargets first = targets();
    first.begin(source("uploads"));
    assertThat(first.mayReplace(source("uploads"))).isFalse();
  }

  @Test
  void aRepeatedAttemptReplacesWhatTheFirstHadBegun() {
    targets().begin(source("uploads"));
    RestoreTargets second = targets();
    assertThat(second.mayReplace(source("uploads"))).isTrue();
    assertThat(second.mayReplace(source("settings"))).isFalse();
  }
}
