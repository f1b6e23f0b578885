package io.holdfast.repository;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a JSON object member by member, without data binding: see {@link JsonMembers}. */
final class JsonWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonGenerator out;

  private JsonWriter(JsonGenerator out) {
    this.out = out;
  }

  /** The object that has the members that are written. */
  static byte[] object(Consumer<JsonWriter> members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      new JsonWriter(out).members(members);
    }
    return bytes.toByteArray();
  }

  JsonWriter text(String name, @Nullable String value) {
    out.writeName(name);
    value(value);
    return this;
  }

  JsonWriter instant(String name, Instant value) {
    return text(name, value.toString());
  }

  JsonWriter number(String name, long value) {
    out.writeName(name);
    out.writeNumber(value);
    return this;
  }

  /** What there is as text. */
  JsonWriter texts(String name, List<?> values) {
    return value(name, values.stream().map(Object::toString).toList());
  }

  /** A null instead of an object when there are no members. */
  JsonWriter object(String name, @Nullable Consumer<JsonWriter> members) {
    out.writeName(name);
    if (members == null) {
      out.writeNull();
    } else {
      members(members);
    }
    return this;
  }

  <T> JsonWriter objects(String name, List<T> values, BiConsumer<T, JsonWriter> members) {
    out.writeName(name);
    out.writeStartArray();
    for (T value : values) {
      members(writer -> members.accept(value, writer));
    }
    out.writeEndArray();
    return this;
  }

  /**
   * Any value.
   *
   * @throws IllegalArgumentException unless it is as {@link JsonValues} has them
   */
  JsonWriter value(String name, @Nullable Object value) {
    out.writeName(name);
    value(value);
    return this;
  }

  private void members(Consumer<JsonWriter> members) {
    out.writeStartObject();
    members.accept(this);
    out.writeEndObject();
  }

  @SuppressWarnings("IfChainToSwitch") // a switch over types is linked by method handles
  private void value(@Nullable Object value) {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof String text) {
      out.writeString(text);
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value instanceof Integer || value instanceof Long) {
      out.writeNumber(((Number) value).longValue());
    } else if (value instanceof Double number) {
      out.writeNumber(number);
    } else if (value instanceof BigInteger number) {
      out.writeNumber(number);
    } else if (value instanceof Map<?, ?> map) {
      members(writer -> map.forEach((name, item) -> writer.value((String) name, item)));
    } else if (value instanceof List<?> list) {
      out.writeStartArray();
      list.forEach(this::value);
      out.writeEndArray();
    } else {
      throw new IllegalArgumentException("not a value of JSON: " + value.getClass());
    }
  }
}
