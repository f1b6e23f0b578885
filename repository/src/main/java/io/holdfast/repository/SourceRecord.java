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
 * @param details what this type of source records besides: text, Integer, Long, BigInteger, Double,
 *     Boolean, and lists and maps of those and of null
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

  static SourceRecord read(JsonMembers in) throws MalformedJsonException {
    return new SourceRecord(
        in.text("name"),
        in.oneOf("type", SourceType.values()),
        in.object("manifest", ManifestRef::read),
        in.instant("started"),
        in.instant("finished"),
        in.numbers("statistics"),
        in.texts("warnings"),
        in.number("warningCount"),
        in.values("details"));
  }

  void writeTo(JsonWriter out) {
    out.text("name", name)
        .text("type", type.label())
        .object("manifest", manifest::writeTo)
        .instant("started", started)
        .instant("finished", finished)
        .value("statistics", statistics)
        .texts("warnings", warnings)
        .number("warningCount", warningCount)
        .value("details", details);
  }
}
