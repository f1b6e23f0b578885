package io.holdfast.repository;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a backup holds of one source.
 *
 * @param name of the source in the configuration
 * @param started when reading it began, by the client's clock; likewise finished
 * @param statistics counts by name, such as {@code files} or {@code changedPages}
 * @param warnings the first of them; there are {@code warningCount}
 * @param details what this type of source records besides, JSON values
 */
public record SourceRecord(
    String name,
    SourceType type,
    ManifestRef manifest,
    Instant started,
    Instant finished,
    Map<String, Long> statistics,
    List<String> warnings,
    long warningCount,
    Map<String, Object> details) {
  /** Warnings that a record keeps at most. */
  public static final int MAX_WARNINGS = 100;

  public SourceRecord {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(manifest, "manifest");
    Objects.requireNonNull(started, "started");
    Objects.requireNonNull(finished, "finished");
    statistics = Map.copyOf(statistics);
    warnings = warnings.stream().limit(MAX_WARNINGS).toList();
    details = Map.copyOf(details);
  }
}
