package io.holdfast.repository;

import io.holdfast.storage.ObjectName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

  /** Features by name: a reader refuses what is required and unknown. */
  record Features(List<String> required, List<String> optional) {
    static Features read(JsonMembers in) throws MalformedJsonException {
      return new Features(in.texts("required"), in.texts("optional"));
    }

    void writeTo(JsonWriter out) {
      out.texts("required", required).texts("optional", optional);
    }
  }

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
    return JsonWriter.object(this::writeTo);
  }

  private void writeTo(JsonWriter out) {
    out.text("format", format)
        .number("version", version)
        .text("repository", repository)
        .text("created", created)
        .value("parameters", parameters)
        .object("features", features::writeTo);
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
    FormatObject read;
    try {
      read = JsonMembers.read(json, FormatObject::read);
    } catch (MalformedJsonException e) {
      throw new CorruptObjectException(
          NAME.value(), "it is not JSON of the right form: " + e.getMessage());
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

  /** Of another version, the rest may be of any form. */
  private static FormatObject read(JsonMembers in) throws MalformedJsonException {
    String format = in.text("format");
    if (!format.equals(FORMAT)) {
      throw new CorruptObjectException(NAME.value(), "it does not describe a repository");
    }
    int version = in.smallNumber("version");
    if (version != VERSION) {
      throw new UnsupportedFormatException(NAME.value(), "its format is " + version);
    }
    return new FormatObject(
        format,
        version,
        in.text("repository"),
        in.text("created"),
        in.numbers("parameters"),
        in.object("features", Features::read));
  }

  RandomId repositoryId() {
    try {
      return RandomId.parse(repository);
    } catch (IllegalArgumentException e) {
      throw new CorruptObjectException(NAME.value(), "its repository id is not one");
    }
  }
}
