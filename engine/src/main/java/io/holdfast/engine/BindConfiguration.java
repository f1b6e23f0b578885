package io.holdfast.engine;

import io.holdfast.repository.Codec;
import io.holdfast.repository.Compression;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/** Makes the configuration from a tree that the schema has found valid; defaults are filled in. */
final class BindConfiguration {
  private final Path directory;

  /** Relative paths start at this directory. */
  BindConfiguration(Path directory) {
    this.directory = directory;
  }

  Configuration bind(JsonNode root) {
    return new Configuration(
        map(root.path("repositories"), this::repository),
        map(root.path("sources"), this::source),
        map(root.path("policies"), this::policy));
  }

  private RepositorySettings repository(String name, JsonNode node) {
    KeySettings key =
        node.has("passphrase")
            ? new KeySettings.Passphrase(secret(node.get("passphrase")))
            : new KeySettings.KeyFile(path(node.get("key-file")));
    return new RepositorySettings(
        name, path(node.get("path")), key, compression(choice(node, "compression", Codec.ZSTD)));
  }

  private static Compression compression(Codec codec) {
    return switch (codec) {
      case ZSTD -> Compression.DEFAULT;
      case GZIP -> new Compression(Codec.GZIP, 6);
      case LZ4 -> new Compression(Codec.LZ4, 0);
      case NONE -> Compression.NONE;
    };
  }

  private SourceSettings source(String name, JsonNode node) {
    String type = node.get("type").asString();
    return type.equals("postgresql") ? postgresql(name, node) : tree(name, type, node);
  }

  private SourceSettings postgresql(String name, JsonNode node) {
    return new SourceSettings.Postgresql(
        name,
        node.path("host").asString("/var/run/postgresql"),
        node.path("port").asInt(5432),
        node.path("user").asString("holdfast"),
        node.path("database").asString("postgres"),
        optional(node, "password").map(this::secret),
        choice(node, "tls", SourceSettings.Tls.PREFER),
        optional(node, "root-certificate").map(this::path),
        choice(node, "mode", SourceSettings.ReadMode.STREAM),
        optional(node, "data-directory").map(this::path),
        wal(node.path("wal")));
  }

  private SourceSettings.Wal wal(JsonNode node) {
    SourceSettings.Wal usual = SourceSettings.Wal.DEFAULT;
    return new SourceSettings.Wal(
        node.path("slot").asString(usual.slot()),
        optional(node, "spool").map(this::path),
        node.path("spool-gigabytes").asLong(usual.spoolBytes() >> 30) << 30,
        node.path("server-gigabytes").asLong(usual.serverBytes() >> 30) << 30,
        Duration.ofSeconds(node.path("seal-seconds").asLong(usual.sealInterval().toSeconds())),
        Duration.ofMinutes(node.path("record-minutes").asLong(usual.recordInterval().toMinutes())),
        node.path("synchronous").asBoolean(usual.synchronous()),
        Duration.ofSeconds(node.path("stall-seconds").asLong(usual.stallLimit().toSeconds())));
  }

  private SourceSettings tree(String name, String type, JsonNode node) {
    return new SourceSettings.Tree(
        name,
        path(node.get("path")),
        type.equals("config"),
        texts(node.path("include")),
        texts(node.path("exclude")),
        node.path("one-file-system").asBoolean(false));
  }

  private PolicySettings policy(String name, JsonNode node) {
    return new PolicySettings(name, node.get("repository").asString(), texts(node.get("sources")));
  }

  private static <T> SequencedMap<String, T> map(
      JsonNode node, BiFunction<String, JsonNode, T> bind) {
    SequencedMap<String, T> map = new LinkedHashMap<>();
    node.propertyStream().forEach(p -> map.put(p.getKey(), bind.apply(p.getKey(), p.getValue())));
    return map;
  }

  private static <E extends Enum<E>> E choice(JsonNode node, String key, E otherwise) {
    return optional(node, key)
        .map(value -> value.asString().toUpperCase(Locale.ROOT).replace('-', '_'))
        .map(value -> Enum.valueOf(otherwise.getDeclaringClass(), value))
        .orElse(otherwise);
  }

  private static Optional<JsonNode> optional(JsonNode node, String key) {
    return Optional.ofNullable(node.get(key));
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }

  private SecretReference secret(JsonNode value) {
    return SecretReference.parse(value.asString(), directory);
  }

  private Path path(JsonNode value) {
    return directory.resolve(value.asString()).normalize();
  }
}
