package io.holdfast.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.holdfast.posix.BytePath;
import io.holdfast.repository.BackupName;
import java.nio.file.Path;
import java.time.Duration;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Results as JSON: members in the order of the records they come from, enum values in lower case,
 * instants in RFC 3339, durations in seconds.
 */
final class JsonOutput {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .changeDefaultPropertyInclusion(
              _ ->
                  JsonInclude.Value.construct(
                      JsonInclude.Include.NON_ABSENT, JsonInclude.Include.ALWAYS))
          .addModule(
              new SimpleModule()
                  .addSerializer(Duration.class, new Seconds())
                  .addSerializer(BackupName.class, new Text<>(BackupName.class))
                  .addSerializer(BytePath.class, new Text<>(BytePath.class))
                  .addSerializer(Path.class, new Text<>(Path.class)))
          .build();

  private JsonOutput() {}

  static String text(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** Without line ends. */
  static String line(Object value) {
    return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
  }

  static JsonMapper mapper() {
    return MAPPER;
  }

  private static final class Seconds extends StdSerializer<Duration> {
    Seconds() {
      super(Duration.class);
    }

    @Override
    public void serialize(Duration value, JsonGenerator out, SerializationContext context) {
      out.writeNumber(value.toMillis() / 1000.0);
    }
  }

  /**
   * Names and paths as text: of a {@code BytePath}, a byte that is not UTF-8 is shown as {@code
   * \\xNN}.
   */
  private static final class Text<T> extends StdSerializer<T> {
    Text(Class<T> type) {
      super(type);
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializationContext context) {
      out.writeString(value.toString());
    }
  }
}
