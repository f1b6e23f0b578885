package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What everybody must know before opening a repository; docs/repository-format.md section 3.1.
 *
 * @param format always {@value #FORMAT}
 * @param repository 32 digits
 */
record FormatObject(
    String format,
    int version,
    String repository,
    String created,
    Map<String, Long> parameters,
    Features features) {
  static final ObjectName NAME = ObjectName.of("format/1");
  static final String PREFIX = "format/";
  static final int MAX_SIZE = 64 << 10;

  private static final String FORMAT = "holdfast repository";
  private static final int VERSION = 1;
  private static final Map<String, Long> PARAMETERS =
      Map.of(
          "blockBytes",
          1L << 20,
          "packTargetBytes",
          32L << 20,
          "packMaximumBytes",
          64L << 20,
          "chunkMinimumBytes",
          (long) FastCdc.MINIMUM,
          "chunkAverageBytes",
          (long) FastCdc.AVERAGE,
          "chunkMaximumBytes",
          (long) FastCdc.MAXIMUM,
          "pagesPerChunk",
          128L);
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /** Features by name: a reader refuses what is required and unknown. */
  record Features(List<String> required, List<String> optional) {}

  static FormatObject of(RandomId repository, Instant created) {
    return new FormatObject(
        FORMAT,
        VERSION,
        repository.toString(),
        created.toString(),
        new TreeMap<>(PARAMETERS),
        new Features(List.of(), List.of()));
  }

  byte[] encode() {
    return JSON.writeValueAsBytes(this);
  }

  /**
   * Reads and checks a format object.
   *
   * @throws CorruptObjectException when it is none
   * @throws UnsupportedFormatException when this program cannot work with such a repository
   */
  static FormatObject decode(byte[] json) {
    if (json.length > MAX_SIZE) {
      throw new CorruptObjectException(NAME.value(), "it is too large");
    }
    FormatObject read = read(json);
    if (!Objects.equals(read.format, FORMAT)) {
      throw new CorruptObjectException(NAME.value(), "it does not describe a repository");
    }
    if (read.version != VERSION) {
      throw new UnsupportedFormatException(NAME.value(), "its format is " + read.version);
    }
    if (read.features == null || read.features.required == null || read.parameters == null) {
      throw new CorruptObjectException(NAME.value(), "a part of it is missing");
    }
    if (!read.features.required.isEmpty()) {
      throw new UnsupportedFormatException(
          NAME.value(), "it needs the features " + read.features.required);
    }
    PARAMETERS.forEach(
        (name, value) -> {
          if (!value.equals(read.parameters.get(name))) {
            throw new UnsupportedFormatException(
                NAME.value(), name + " is " + read.parameters.get(name));
          }
        });
    read.repositoryId();
    return read;
  }

  private static FormatObject read(byte[] json) {
    @Nullable FormatObject read;
    try {
      read = JSON.readValue(json, FormatObject.class);
    } catch (JacksonException e) {
      throw new CorruptObjectException(NAME.value(), "it is not JSON of the right form");
    }
    if (read == null) {
      throw new CorruptObjectException(NAME.value(), "it holds nothing");
    }
    return read;
  }

  RandomId repositoryId() {
    try {
      return RandomId.parse(repository);
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new CorruptObjectException(NAME.value(), "its repository id is not one");
    }
  }
}
